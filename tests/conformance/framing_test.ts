/** Checks below the JSON: frame and message sizes, pings, violations that end a connection. @module */
import { assert, assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import type { Peer } from "../support/peer.ts";
import { sharedServer } from "../support/shared_server.ts";
import type { WebSocketWire } from "../support/websocket_wire.ts";
import { check } from "./check.ts";

const server = sharedServer();

const MIB = 1024 * 1024;
const FRAME_LIMIT = 16 * MIB;
const MESSAGE_LIMIT = 64 * MIB;

/** A request filled up with white space to exactly `size` bytes. */
function padded(size: number): string {
  return '{"id":"big","method":"environment/status"}'.padEnd(size, " ");
}

check("12: a frame of 16 MiB is accepted, one byte more drops the connection", async () => {
  await using peer = await server().session();
  peer.wire.sendText(padded(FRAME_LIMIT));
  assertEquals((await peer.answer("big")).result, { status: "ready" });
  peer.wire.sendText(padded(FRAME_LIMIT + 1));
  assertEquals((await peer.hangUp()).code, 1006);
});

check(
  "13: a fragmented message of 64 MiB is accepted, one byte more drops the connection",
  async () => {
    await using peer = await server().session();
    await peer.wire.sendFragments(fragments(MESSAGE_LIMIT));
    assertEquals((await peer.answer("big")).result, { status: "ready" });
    await peer.wire.sendFragments(fragments(MESSAGE_LIMIT + 1));
    assertEquals((await peer.hangUp()).code, 1006);
  },
);

function* fragments(size: number): Generator<Uint8Array> {
  const first = new TextEncoder().encode(padded(8 * MIB));
  const blank = new Uint8Array(8 * MIB).fill(0x20);
  yield first;
  for (let rest = size - first.length; rest > 0; rest -= blank.length) {
    yield blank.subarray(0, Math.min(rest, blank.length));
  }
}

const violations: readonly (readonly [name: string, message: unknown])[] = [
  ["15: an unknown notification", { method: "foo/bar", params: {} }],
  ["15: a request method without an id", { method: "environment/status" }],
  ["16: an answer to a request never made", { id: 5, result: {} }],
  ["16: an error answer to a request never made", { id: 5, error: { code: 1, message: "x" } }],
];

for (const [name, message] of violations) {
  check(`${name} drops the connection without a close frame`, async () => {
    await using peer = await server().session();
    peer.send(message);
    assertEquals((await peer.hangUp()).code, 1006);
    assertEquals(peer.wire.inbox.untaken.length, 0);
  });
}

check("17: `initialized` before `initialize` drops the connection", async () => {
  await using peer = await server().connect();
  peer.send({ method: "initialized" });
  assertEquals((await peer.hangUp()).code, 1006);
});

check("17: `initialized` after a refused `initialize` drops the connection", async () => {
  await using peer = await server().connect();
  await peer.refused("initialize", {});
  peer.send({ method: "initialized" });
  assertEquals((await peer.hangUp()).code, 1006);
});

check("17: `initialized` again, with odd parameters, or as a request is harmless", async () => {
  await using peer = await server().session();
  peer.send({ method: "initialized" });
  peer.send({ method: "initialized", params: [1, "x"] });
  assertEquals((await peer.refused("initialized")).code, -32601);
  assertEquals(await peer.call("environment/status"), { status: "ready" });
});

check("20: a ping is answered by a pong with its payload", async () => {
  await using peer = await server().connect();
  for (const payload of ["hey", "", "x", "xy", "0123456789".repeat(12)]) {
    const pong = new Promise<string>((resolve) => {
      peer.wire.socket.on("pong", (data) => resolve(new TextDecoder().decode(data)));
    });
    peer.wire.socket.ping(payload);
    assertEquals(await within(pong, "a pong"), payload);
  }
});

check("20: a pong nobody asked for, of any length, is ignored", async () => {
  await using peer = await server().session();
  for (const payload of ["", "x", "xy", "xyz", "wxyz"]) {
    peer.wire.socket.pong(payload);
    await peer.proveOpen();
  }
});

check("20: frames of every short length are read, wherever they stand in a segment", async () => {
  await using peer = await server().session();
  for (let length = 0; length < 40; length++) {
    const text = "5".repeat(length);
    assertEquals((await peer.malformed(text)).code, -32600);
    peer.wire.sendText(" ");
    peer.wire.sendText(text);
    await peer.answer(-1);
    await peer.answer(-1);
  }
});

check("21: the server pings every 30 s and does not mind missing pongs", async () => {
  const connected = performance.now();
  await using peer = await server().connect({ answerPings: false });
  await peer.handshake();
  for (const seconds of [30, 60, 90, 120]) {
    await nextPing(peer);
    const elapsed = (performance.now() - connected) / 1000;
    assert(Math.abs(elapsed - seconds) < 3, `ping after ${elapsed} s, not ${seconds} s`);
  }
  assertEquals(await peer.call("environment/status"), { status: "ready" });
}, { isSlow: true });

function nextPing(peer: Peer<WebSocketWire>): Promise<void> {
  const ping = new Promise<void>((resolve) => peer.wire.socket.on("ping", () => resolve()));
  return within(ping, "a ping", 40_000);
}

check("22: compression is not negotiated", async () => {
  await using peer = await server().connect({ offerCompression: true });
  assertEquals(peer.wire.socket.extensions, "");
  await peer.handshake();
});

check("a close frame from the client ends the connection", async () => {
  await using peer = await server().session();
  peer.wire.socket.close(1000);
  await peer.hangUp();
});
