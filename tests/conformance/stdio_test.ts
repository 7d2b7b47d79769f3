/** Checks of a server on standard streams: lines, bad lines, ends. @module */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { within } from "../support/deadline.ts";
import { makeFifo, writersGone } from "../support/fifo.ts";
import { startShell } from "../support/process_calls.ts";
import { nextOutput, outcome } from "../support/process_events.ts";
import { launchStdio } from "../support/server_process.ts";
import { check } from "./check.ts";
import { expectations } from "./expectations.ts";

const encoder = new TextEncoder();
const STATUS = '"method":"environment/status"';
const READY = { status: "ready" };

for (const listen of ["stdio", "stdio://"]) {
  check(`--listen ${listen} serves on standard streams, one compact object per line`, async () => {
    await using server = await launchStdio({ listen });
    await server.peer.handshake();
    const { text } = await server.peer.request("environment/status");
    assertEquals(text, JSON.stringify(JSON.parse(text)));
    await startShell(server.peer, "echo hi");
    assertEquals((await outcome(server.peer)).stdout, "hi\n");
  });
}

check(
  "stdio: CRLF, blank lines, several messages at once and split messages are fine",
  async () => {
    await using server = await launchStdio();
    await server.peer.handshake();
    const lines = [
      `{"id":"a",${STATUS}}\r\n\n   \n{"id":"b",${STATUS}}\n{"id":"c",`,
      `${STATUS}}\n`,
    ];
    for (const part of lines) {
      server.peer.wire.sendBytes(encoder.encode(part));
      if (part === lines[0]) await server.peer.answer("b");
    }
    assertEquals((await server.peer.answer("a")).result, READY);
    assertEquals((await server.peer.answer("c")).result, READY);
  },
);

check("stdio: a character split between two writes arrives whole", async () => {
  await using server = await launchStdio();
  await server.peer.handshake();
  const bytes = encoder.encode(`{"id":"ü€","method":"environment/status"}\n`);
  const middle = bytes.indexOf(0xe2) + 1;
  server.peer.wire.sendBytes(bytes.subarray(0, middle));
  server.peer.wire.sendBytes(bytes.subarray(middle));
  assertEquals((await server.peer.answer("ü€")).result, READY);
});

check("stdio: a bad line is answered with id -1", async () => {
  await using server = await launchStdio();
  await server.peer.handshake();
  for (const text of ["{bad", "[]", '{"id":1.5}']) {
    const failure = await server.peer.malformed(text);
    assertEquals(failure.code, -32600);
    const words = "failed to parse JSON-RPC message from exec-server stdio: ";
    assert(failure.message.startsWith(words), failure.message);
  }
});

check("stdio: a line of 4 MiB is read", async () => {
  await using server = await launchStdio();
  await server.peer.handshake();
  const id = server.peer.post("environment/status");
  server.peer.send({ id: "big", method: "environment/status", x: "x".repeat(4 * 1024 * 1024) });
  assertEquals((await server.peer.answer(id)).result, READY);
  assertEquals((await server.peer.answer("big")).result, READY);
});

check("stdio: the end of stdin ends the server with status 0, and its children", async () => {
  await using server = await launchStdio();
  await server.peer.handshake();
  const lifeline = await makeFifo(join(server.peer.root, "lifeline"));
  const gone = writersGone(lifeline);
  await startShell(server.peer, `exec 9>${lifeline}; echo up; trap '' TERM; sleep 30`);
  assertEquals(await nextOutput(server.peer), "up\n");
  await server.peer.wire.closeInput();
  assertEquals((await within(server.status, "the end")).code, 0);
  await gone;
});

check("stdio: bytes that are no UTF-8 end the server with status 0", async () => {
  await using server = await launchStdio();
  await server.peer.handshake();
  server.peer.wire.sendBytes(new Uint8Array([0x22, 0xff, 0xfe, 0x22, 0x0a]));
  assertEquals((await within(server.status, "the end")).code, 0);
});

check(
  "stdio: after a protocol violation nothing more is answered, the end of stdin ends all",
  async () => {
    await using server = await launchStdio();
    await server.peer.handshake();
    server.peer.send({ method: "foo/bar" });
    server.peer.post("environment/status");
    await server.peer.wire.closeInput();
    assertEquals((await within(server.status, "the end")).code, 0);
    assertEquals(server.peer.wire.inbox.untaken.length, 0);
  },
);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  check(`stdio: ${signal} ends the server with status 0`, async () => {
    await using server = await launchStdio();
    await server.peer.handshake();
    server.kill(signal);
    if (!expectations().stdioEndsOnSignal) await server.peer.wire.closeInput();
    assertEquals((await within(server.status, "the end")).code, 0);
  });
}
