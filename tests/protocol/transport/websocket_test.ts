/** The WebSocket transport over a connection in memory: what it reads, writes, ends for. @module */

import { assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { limits } from "../../../protocol/limits.ts";
import { WebSocketTransport } from "../../../protocol/transport/websocket.ts";
import { FrameDecoder } from "../../../protocol/transport/websocket_frame.ts";
import { joinBytes, ScriptedConnection } from "../../support/byte_wire.ts";
import { frameBytes, type FrameFields, MASK } from "../../support/frame_bytes.ts";
import { randomBytes } from "../../support/random_bytes.ts";

const encoder = new TextEncoder();

/** A server's transport, and the connection whose other end is the test. */
function serverSide(early?: Uint8Array<ArrayBuffer>): {
  transport: WebSocketTransport;
  connection: ScriptedConnection;
} {
  const connection = new ScriptedConnection();
  const peer = "exec-server websocket 127.0.0.1:4000";
  return {
    transport: new WebSocketTransport(connection, { role: "server", peer, early }),
    connection,
  };
}

/** A masked frame, as clients send them. */
function fromClient(text: string, fields: FrameFields = {}): Uint8Array<ArrayBuffer> {
  return frameBytes({ payload: encoder.encode(text), mask: MASK, ...fields });
}

/** Frames a server wrote: opcode and text of each. */
function written(connection: ScriptedConnection): [opcode: number, text: string][] {
  const decoder = new FrameDecoder("fromServer");
  decoder.push(connection.written);
  const frames: [number, string][] = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
    frames.push([frame.opcode, new TextDecoder().decode(frame.payload)]);
  }
  return frames;
}

Deno.test("WebSocketTransport takes text and binary frames alike", async () => {
  const { transport, connection } = serverSide();
  connection.feed(fromClient("a"), fromClient("é", { opcode: 2 }), fromClient(""));
  const texts = [await transport.receive(), await transport.receive(), await transport.receive()];
  assertEquals(texts, ["a", "é", ""]);
  transport.close("done");
});

Deno.test("WebSocketTransport reads what came behind the HTTP head", async () => {
  const early = fromClient("early");
  const { transport, connection } = serverSide(early.slice(0, 4));
  connection.feed(early.slice(4));
  assertEquals(await transport.receive(), "early");
  transport.close("done");
});

Deno.test("WebSocketTransport joins characters that fragments cut apart", async () => {
  const { transport, connection } = serverSide();
  const [first, ...rest] = encoder.encode("é");
  const head = { payload: new Uint8Array([first ?? 0]), isFinal: false };
  const tail = { payload: new Uint8Array(rest), opcode: 0 };
  connection.feed(fromClient("", head), fromClient("ping", { opcode: 9 }), fromClient("", tail));
  assertEquals(await transport.receive(), "é");
  await transport.finish("done");
  assertEquals(written(connection), [[10, "ping"]]);
});

Deno.test("WebSocketTransport writes one unmasked text frame per message, in order", async () => {
  const { transport, connection } = serverSide();
  connection.maxWriteBytes = 7;
  transport.send('{"a":1}');
  transport.ping();
  transport.sendBase64({ before: '{"b":"', bytes: new Uint8Array([1, 2, 3]), after: '"}' });
  transport.sendBase64({ before: '{"ü":"', bytes: new Uint8Array([1]), after: '"}' });
  await transport.finish("done");
  assertEquals(written(connection), [
    [1, '{"a":1}'],
    [9, ""],
    [1, '{"b":"AQID"}'],
    [1, '{"ü":"AQ=="}'],
  ]);
  assertEquals([connection.isClosed, await transport.closed], [true, "done"]);
});

Deno.test("WebSocketTransport as a client masks what it sends, and takes unmasked frames", async () => {
  const connection = new ScriptedConnection();
  const transport = new WebSocketTransport(connection, { role: "client", peer: "p" });
  connection.feed(frameBytes({ payload: encoder.encode("a") }));
  assertEquals(await transport.receive(), "a");
  transport.send("text");
  transport.sendBase64({ before: "x", bytes: new Uint8Array([1, 2, 3]), after: "y" });
  await transport.finish("done");
  const decoder = new FrameDecoder("fromClient");
  decoder.push(connection.written);
  const texts = [decoder.next(), decoder.next()].map((frame) =>
    new TextDecoder().decode(frame?.payload)
  );
  assertEquals(texts, ["text", "xAQIDy"]);
});

const violations: readonly (readonly [what: string, frame: FrameFields, reason: RegExp])[] = [
  ["a frame that is not masked", { mask: undefined }, /frame is not masked$/],
  ["reserved bits", { reserved: 4 }, /Reserved bits/],
  ["an unknown opcode", { opcode: 3 }, /unknown opcode 3$/],
  ["a long ping", { opcode: 9, payload: new Uint8Array(126) }, /longer than 125 bytes$/],
  ["a continuation of nothing", { opcode: 0 }, /out of order$/],
  ["a frame over the limit", { announcedLength: 16_777_217n }, /larger than 16777216 bytes$/],
  ["text that is not UTF-8", { payload: new Uint8Array([0xff]) }, /cannot read from p: /],
  ["a message that is half a character", { payload: new Uint8Array([0xc3]) }, /cannot read/],
];

for (const [what, fields, reason] of violations) {
  Deno.test(`WebSocketTransport ends at ${what}, without a close frame`, async () => {
    const connection = new ScriptedConnection();
    const transport = new WebSocketTransport(connection, { role: "server", peer: "p" });
    connection.feed(fromClient("first"), fromClient("", fields), fromClient("never read"));
    assertEquals(await transport.receive(), "first");
    assertEquals(await transport.receive(), undefined);
    assertMatch(await transport.closed, reason);
    assertEquals([connection.isClosed, connection.written.byteLength], [true, 0]);
    assertEquals(await transport.receive(), undefined);
  });
}

Deno.test("WebSocketTransport ends at a close frame and answers none", async () => {
  const { transport, connection } = serverSide();
  connection.feed(fromClient("", { opcode: 8, payload: new Uint8Array([3, 232]) }));
  assertEquals(await transport.receive(), undefined);
  assertEquals(await transport.closed, "exec-server websocket 127.0.0.1:4000 said goodbye");
  assertEquals(connection.written.byteLength, 0);
});

Deno.test("WebSocketTransport ends when the connection does, in the middle of a frame too", async () => {
  const { transport, connection } = serverSide();
  connection.feed(fromClient("a"), fromClient("cut off").slice(0, 5));
  connection.end();
  assertEquals([await transport.receive(), await transport.receive()], ["a", undefined]);
  assertEquals(
    await transport.closed,
    "exec-server websocket 127.0.0.1:4000 closed the connection",
  );
});

Deno.test("WebSocketTransport.close() ends a receive that waits, and keeps its first reason", async () => {
  const { transport } = serverSide();
  const receiving = transport.receive();
  transport.close("first");
  transport.close("second");
  assertEquals([await receiving, await transport.closed], [undefined, "first"]);
  transport.send("into the void");
  assertEquals(transport.queuedBytes, 0);
});

Deno.test("WebSocketTransport ends when a write fails", async () => {
  const { transport, connection } = serverSide();
  connection.writeGate = Promise.reject(new Error("Broken pipe"));
  transport.send("a");
  assertMatch(await transport.closed, /^cannot write to .*: Broken pipe$/);
});

Deno.test("WebSocketTransport answers a flood of pings from a silent reader with bounded memory", async () => {
  const { transport, connection } = serverSide();
  const gate = Promise.withResolvers<void>();
  connection.writeGate = gate.promise;
  const ping = fromClient("x".repeat(125), { opcode: 9 });
  const pings = joinBytes(Array.from({ length: 500 }, () => ping));
  for (let i = 0; i < 120; i++) connection.feed(pings);
  connection.feed(fromClient("after"));
  assertEquals(await transport.receive(), "after");
  assertLessOrEqual(transport.queuedBytes, limits.sendHighWaterBytes + 127);
  transport.close("done");
  gate.resolve();
});

Deno.test("WebSocketTransport counts and drains what the peer has not taken", async () => {
  const { transport, connection } = serverSide();
  const gate = Promise.withResolvers<void>();
  connection.writeGate = gate.promise;
  transport.send("x".repeat(limits.sendHighWaterBytes));
  assertEquals(transport.queuedBytes, limits.sendHighWaterBytes + 10);
  const drained = transport.drained();
  gate.resolve();
  await drained;
  assertLessOrEqual(transport.queuedBytes, limits.sendLowWaterBytes);
  transport.close("done");
});

Deno.test("WebSocketTransport names its peer in the answer to a malformed message", () => {
  const { transport } = serverSide();
  assertEquals(
    transport.malformedPrefix,
    "failed to parse websocket JSON-RPC message from exec-server websocket 127.0.0.1:4000: ",
  );
  transport.close("done");
});

Deno.test("WebSocketTransport.receiveParts() decodes what is long, whole or in fragments", async () => {
  const { transport, connection } = serverSide();
  const bytes = randomBytes(200_000);
  const text = `{"params":{"chunk":"${bytes.toBase64()}"}}`;
  connection.feed(
    fromClient(text),
    fromClient("short"),
    fromClient(text.slice(0, 100_000), { isFinal: false }),
    fromClient(text.slice(100_000), { opcode: 0 }),
  );
  const parts = { before: '{"params":{"chunk":"', bytes, after: '"}}' };
  assertEquals(await transport.receiveParts(), parts);
  assertEquals(await transport.receiveParts(), "short");
  assertEquals(await transport.receiveParts(), parts);
  connection.feed(fromClient(text));
  assertEquals(await transport.receive() === text, true);
});

Deno.test("WebSocketTransport refuses a long whole message between fragments", async () => {
  const { transport, connection } = serverSide();
  const text = `{"params":{"chunk":"${randomBytes(200_000).toBase64()}"}}`;
  connection.feed(fromClient("a", { isFinal: false }), fromClient(text));
  assertEquals(await transport.receiveParts(), undefined);
  assertMatch(await transport.closed, /fragments are out of order/);
});

Deno.test("WebSocketTransport echoes a ping that looks like base64", async () => {
  const { transport, connection } = serverSide();
  const ping = fromClient('"chunk":"AAAA"', { opcode: 9 });
  connection.feed(ping.slice(0, 17), ping.slice(17), fromClient("end"));
  assertEquals(await transport.receiveParts(), "end");
  await transport.finish("done");
  assertEquals(written(connection), [[10, '"chunk":"AAAA"']]);
});
