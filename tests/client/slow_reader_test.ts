/** What happens to output that nobody reads in time: bounded, read again, or reported as lost. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ExecServerError, type RemoteProcess } from "../../client/mod.ts";
import { limits } from "../../protocol/limits.ts";
import { within } from "../support/deadline.ts";
import { type Asked, scriptedProcess, ScriptedServer, scriptedSession } from "./scripted_server.ts";

const CHUNK_BYTES = 256 * 1024;
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
