/** What happens to output that nobody reads in time: bounded, read again, or reported as lost. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ExecServerError, type RemoteProcess } from "../../client/mod.ts";
import { limits } from "../../protocol/limits.ts";
import { within } from "../support/deadline.ts";
import {
  type Asked,
  scriptedInfo,
  scriptedProcess,
  type ScriptedServer,
  type ScriptedSession,
  scriptedSession,
} from "./scripted_server.ts";

const CHUNK_BYTES = 256 * 1024;
const acknowledging = { ...scriptedInfo, capabilities: { processAcks: true } };
/** So many chunks surely exceed what the client keeps. */
const MANY = 4 * limits.clientBufferBytes / CHUNK_BYTES;

function chunkOf(seq: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(CHUNK_BYTES).fill(seq);
}

function sendOutput(server: ScriptedServer, seq: number): void {
  server.notify("process/output", { processId: "p", seq, stream: "stdout", chunk: chunkOf(seq) });
}

/** Answers a read with what comes after its number, from `oldest` on. */
function answerRead(server: ScriptedServer, asked: Asked, oldest: number): number {
  const { afterSeq } = Object(asked.params);
  const chunks = [];
  for (let seq = Math.max(oldest, afterSeq + 1); seq <= MANY; seq++) {
    chunks.push({ seq, stream: "stdout", chunk: chunkOf(seq) });
  }
  server.answer(asked, { chunks, nextSeq: MANY + 3, exited: true, exitCode: 0, closed: true });
  return afterSeq;
}

async function seqs(process: RemoteProcess): Promise<number[]> {
  const found: number[] = [];
  for await (const event of process.events()) {
    if (event.type === "output") assertEquals(event.chunk[0], event.seq);
    found.push(event.seq);
  }
  return found;
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** Everything the process prints, sent and taken in before anyone reads. */
async function flooded() {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  for (const seq of upTo(MANY)) sendOutput(session.server, seq);
  session.server.exited(MANY + 1);
  session.server.closed(MANY + 2);
  await process.status;
  return { ...session, process };
}

Deno.test("A reader that comes late reads again what was let go, and misses nothing", async () => {
  const { client, server, process } = await flooded();
  const found = seqs(process);
  const after = answerRead(server, await server.asked("process/read"), 1);
  // The client kept less than its bound before it began to let go.
  assertEquals(after > 0 && after * CHUNK_BYTES <= limits.clientBufferBytes, true);
  assertEquals(await found, upTo(MANY + 2));
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("A reader that comes too late is told what it missed; the process is not to blame", async () => {
  const { client, server, process } = await flooded();
  const found = seqs(process);
  const asked = await server.asked("process/read");
  const after = answerRead(server, asked, MANY - 1);
  const error = await within(assertRejects(() => found, ExecServerError), "a rejection");
  assertEquals(error.kind, "outputLost");
  assertEquals(error.message.startsWith(`Events ${after + 1} to ${MANY - 2} of process "p"`), true);
  assertEquals(await process.status, { exitCode: 0, sandboxDenied: false });
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("A second reader gets everything from the beginning by asking the server", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  server.output(1, "a");
  server.exited(2);
  server.closed(3);
  assertEquals(new TextDecoder().decode((await process.output()).stdout), "a");
  const second = process.output();
  const asked = await server.asked("process/read");
  assertEquals(asked.params, { processId: "p", afterSeq: 0, maxBytes: null, waitMs: 0 });
  server.answer(asked, {
    chunks: [{ seq: 1, stream: "stdout", chunk: new TextEncoder().encode("a") }],
    nextSeq: 4,
    exited: true,
    exitCode: 0,
    closed: true,
  });
  assertEquals(new TextDecoder().decode((await second).stdout), "a");
  await client.close();
});

Deno.test("A second reader that comes between a silent program's exit and its close misses nothing", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  server.exited(1);
  const first = seqs(process);
  await process.exit;
  const second = seqs(process);
  server.answer(await server.asked("process/read"), {
    chunks: [],
    nextSeq: 2,
    exited: true,
    exitCode: 0,
    closed: false,
  });
  // Proves that the answer has been taken in before the close comes.
  await server.proveQuiet(client);
  server.closed(2);
  assertEquals(await first, upTo(2));
  assertEquals(await within(second, "the second reader"), upTo(2));
  await client.close();
});

Deno.test("A reader that comes after the server has forgotten the process is told what it missed", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  server.output(1, "a");
  server.exited(2);
  server.closed(3);
  await process.output();
  const second = assertRejects(() => seqs(process), ExecServerError);
  server.refuse(await server.asked("process/read"), -32600, "unknown process id p");
  const { kind, message } = await within(second, "a rejection");
  assertEquals(kind, "outputLost");
  assertEquals(message, 'Events 1 to 3 of process "p" are lost: the server no longer keeps them');
  await client.close();
});

Deno.test("A reader that stopped early costs nothing more", async () => {
  const session = await scriptedSession({ backpressure: true });
  const process = await scriptedProcess(session);
  const { client, server } = session;
  sendOutput(server, 1);
  for await (const event of process.events()) {
    assertEquals(event.seq, 1);
    break;
  }
  for (const seq of upTo(MANY).slice(1)) sendOutput(server, seq);
  // A reader that still counted would have stopped the connection by now.
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("With back-pressure the connection stops reading, and nothing is asked for twice", async () => {
  const session = await scriptedSession({ backpressure: true });
  const process = await scriptedProcess(session);
  const { client, server } = session;
  const events = process.events();
  for (const seq of upTo(MANY)) sendOutput(server, seq);
  server.exited(MANY + 1);
  server.closed(MANY + 2);
  // The first event is there, so the client has begun to read, and stops when it has enough.
  const first = await events.next();
  assertEquals(server.transport.queuedBytes > limits.clientBufferBytes, true);
  const found = [first.value?.seq];
  for await (const event of events) found.push(event.seq);
  assertEquals(found, upTo(MANY + 2));
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("With back-pressure a stopped connection can still be closed", async () => {
  const session = await scriptedSession({ backpressure: true });
  const process = await scriptedProcess(session);
  const events = process.events();
  for (const seq of upTo(MANY)) sendOutput(session.server, seq);
  await events.next();
  await within(session.client.close(), "the client to close");
  assertEquals((await session.client.closed).kind, "closed");
});

Deno.test("With back-pressure a stream that nobody has taken stops nothing", async () => {
  const session = await scriptedSession({ backpressure: true });
  const process = await scriptedProcess(session);
  const { client, server } = session;
  const reading = new Response(process.stdout).bytes();
  for (const seq of upTo(MANY)) sendOutput(server, seq);
  server.exited(MANY + 1);
  server.closed(MANY + 2);
  assertEquals((await within(reading, "the output")).byteLength, MANY * CHUNK_BYTES);
  // It can still be taken, and has missed nothing: what is not its own cost it nothing.
  assertEquals((await within(new Response(process.stderr).bytes(), "its end")).byteLength, 0);
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("A stream counts its own output alone, and gets all of it after the other one", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  const [stdout, stderr] = [process.stdout, process.stderr];
  server.output(1, "first ", "stderr");
  const reading = new Response(stdout).bytes();
  for (const seq of upTo(MANY)) {
    const chunk = chunkOf(seq);
    server.notify("process/output", { processId: "p", seq: seq + 1, stream: "stdout", chunk });
    // The reader keeps up.
    await server.proveQuiet(client);
  }
  server.output(MANY + 2, "last", "stderr");
  server.exited(MANY + 3);
  server.closed(MANY + 4);
  assertEquals((await within(reading, "the output")).byteLength, MANY * CHUNK_BYTES);
  assertEquals(await within(new Response(stderr).text(), "the errors"), "first last");
  await server.proveQuiet(client);
  await client.close();
});

/** Makes sure that everything sent has been taken in; returns what is acknowledged by then. */
async function acknowledged({ client, server }: ScriptedSession): Promise<number> {
  let seq = 0;
  // What is said by the time of the second answer, is said after the first has been taken in.
  for (let round = 0; round < 2; round++) {
    const status = client.call("environment/status", {});
    let message = await server.next();
    for (; message.kind !== "request"; message = await server.next()) {
      if (message.kind === "notification") seq = Object(message.params).seq;
    }
    server.answer(message, { status: "ready" });
    await status;
  }
  return seq;
}

Deno.test("Output that a reader has let go of is acknowledged when it has been read again", async () => {
  const session = await scriptedSession({}, acknowledging);
  const process = await scriptedProcess(session);
  const { client, server } = session;
  const events = process.events();
  let sent = 0;
  let acked = 0;
  // As a server does: it goes on only while little is not acknowledged.
  while (sent - acked < 2) {
    sendOutput(server, ++sent);
    acked = Math.max(acked, await acknowledged(session));
  }
  assertEquals(sent * CHUNK_BYTES > limits.clientBufferBytes && sent < MANY, true);
  for (let seq = 1; seq <= acked; seq++) assertEquals((await events.next()).value?.seq, seq);
  const next = events.next();
  const asked = await server.asked("process/read");
  assertEquals(Object(asked.params).afterSeq, acked);
  const kept = upTo(sent).slice(acked);
  const chunks = kept.map((seq) => ({ seq, stream: "stdout", chunk: chunkOf(seq) }));
  const running = { exited: false, exitCode: null, closed: false };
  server.answer(asked, { chunks, nextSeq: sent + 1, ...running });
  assertEquals((await within(next, "the next event")).value?.seq, acked + 1);
  assertEquals(await acknowledged(session), sent);
  await client.close();
});

Deno.test("A reader that has let go and then stops lets the program go on", async () => {
  const session = await scriptedSession({}, acknowledging);
  const process = await scriptedProcess(session);
  const reader = process.stdout.getReader();
  for (const seq of upTo(MANY)) sendOutput(session.server, seq);
  assertEquals(await acknowledged(session) * CHUNK_BYTES <= limits.clientBufferBytes, true);
  await reader.cancel();
  assertEquals(await acknowledged(session), MANY);
  await session.client.close();
});
