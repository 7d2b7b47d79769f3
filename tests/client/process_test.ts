/** A process handle against a server whose every word is scripted. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ExecServerError } from "../../client/errors.ts";
import type { RemoteProcess } from "../../client/mod.ts";
import { within } from "../support/deadline.ts";
import { scriptedInfo, scriptedProcess, scriptedSession } from "./scripted_server.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** All events, in short. */
async function summary(process: RemoteProcess): Promise<string[]> {
  const lines: string[] = [];
  for await (const event of process.events()) {
    const detail = event.type === "output"
      ? `${event.stream} ${text(event.chunk)}`
      : event.type === "exited"
      ? `exit ${event.exitCode}`
      : "closed";
    lines.push(`${event.seq} ${detail}`);
  }
  return lines;
}

async function failureOf(promise: Promise<unknown>): Promise<ExecServerError> {
  return await within(assertRejects(() => promise, ExecServerError), "a rejection");
}

const readFields = { maxBytes: null, waitMs: 0 };
const running = { exited: false, exitCode: null, closed: false, failure: null };

Deno.test("ExecServerClient.start() fills in what is usually the same", async () => {
  const { client, server } = await scriptedSession();
  const starting = client.start({ argv: ["ls"], pipeStdin: true });
  const { id, params } = await server.asked("process/start");
  const { processId, ...rest } = Object(params);
  assertEquals(/^[0-9a-f-]{36}$/.test(processId), true);
  assertEquals(rest, { argv: ["ls"], cwd: "file:///work", env: {}, tty: false, pipeStdin: true });
  server.answer({ id, params }, { processId, sandboxType: "none" });
  const process = await starting;
  assertEquals([process.processId, process.sandboxType], [processId, "none"]);
  await client.close();
});

Deno.test("RemoteProcess keeps events that overtake the answer to start", async () => {
  const { client, server } = await scriptedSession();
  const starting = client.start({ processId: "p", argv: ["x"] });
  const asked = await server.asked("process/start");
  server.output(1, "early");
  server.exited(2, 7);
  server.closed(3);
  server.answer(asked, { processId: "p" });
  const process = await starting;
  assertEquals(await summary(process), ["1 stdout early", "2 exit 7", "3 closed"]);
  assertEquals(await process.status, { exitCode: 7, sandboxDenied: false });
  await client.close();
});

Deno.test("RemoteProcess asks nothing when the events were complete, in whatever order", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  server.output(1, "a");
  server.output(1, "a");
  server.output(2, "b", "stderr");
  server.exited(3);
  server.closed(4);
  server.output(5, "after the end");
  assertEquals(await process.output(), {
    stdout: bytes("a"),
    stderr: bytes("b"),
    exitCode: 0,
    sandboxDenied: false,
  });
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("RemoteProcess fills a gap by one read after the last event it has", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  const lines = summary(process);
  server.output(1, "a");
  server.output(3, "c");
  server.output(4, "d");
  const asked = await server.asked("process/read");
  assertEquals(asked.params, { processId: "p", afterSeq: 1, ...readFields });
  const chunks = [[2, "b"], [3, "c"], [4, "d"]] as const;
  server.answer(asked, {
    ...running,
    chunks: chunks.map(([seq, letter]) => ({ seq, stream: "stdout", chunk: bytes(letter) })),
    nextSeq: 5,
  });
  server.exited(5);
  server.closed(6);
  assertEquals(await lines, [
    "1 stdout a",
    "2 stdout b",
    "3 stdout c",
    "4 stdout d",
    "5 exit 0",
    "6 closed",
  ]);
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("RemoteProcess ends with the missing numbers, and is terminated, when a gap stays", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  server.output(4, "d");
  await server.serve("process/read", { ...running, chunks: [], nextSeq: 5 });
  const error = await failureOf(summary(process));
  assertEquals(error.kind, "outputLost");
  assertEquals(
    error.message,
    'Events 1 to 3 of process "p" are lost: the server no longer keeps them',
  );
  assertEquals(await failureOf(process.exit), error);
  assertEquals(await failureOf(process.status), error);
  const params = await server.serve("process/terminate", { running: true });
  assertEquals(params, { processId: "p" });
  await client.close();
});

Deno.test("RemoteProcess never reports a lost connection as success", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  session.server.output(1, "half of it");
  const iterator = process.events();
  assertEquals((await iterator.next()).value?.seq, 1);
  session.server.transport.close("gone");
  const expected = "exec-server transport disconnected: gone";
  const late = [iterator.next(), process.exit, process.status, process.output(), process.read()];
  for (const promise of late) {
    const error = await failureOf(promise);
    assertEquals([error.kind, error.message], ["disconnected", expected]);
  }
  await session.client.close();
});

Deno.test("RemoteProcess.exit settles before the output has ended", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  session.server.exited(1, 5);
  assertEquals(await process.exit, { exitCode: 5, sandboxDenied: false });
  session.server.output(2, "late");
  session.server.closed(3);
  assertEquals(text((await process.output()).stdout), "late");
  await session.client.close();
});

Deno.test("RemoteProcess rejects when a process is closed without an exit", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  session.server.closed(1);
  assertEquals((await failureOf(process.status)).kind, "protocol");
  assertEquals((await failureOf(process.output())).kind, "protocol");
  await session.client.close();
});

Deno.test("RemoteProcess gives stdout and stderr as streams of their own", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  server.output(1, "a");
  server.output(2, "oops", "stderr");
  server.output(3, "b");
  server.exited(4);
  server.closed(5);
  const stdout = new Response(process.stdout).text();
  const stderr = new Response(process.stderr).text();
  assertEquals([await stdout, await stderr], ["ab", "oops"]);
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("RemoteProcess.stdout fails when the connection does", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const reader = process.stdout.getReader();
  const reading = reader.read();
  session.server.transport.close("gone");
  assertEquals((await failureOf(reading)).kind, "disconnected");
  await session.client.close();
});

Deno.test("RemoteProcess.output() refuses more than it was told to take", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  session.server.output(1, "12345");
  const error = await failureOf(process.output({ maxBytes: 4 }));
  assertEquals(error.message, 'Process "p" printed more than 4 bytes');
  await session.client.close();
});

Deno.test("RemoteProcess.interrupt() and terminate() call what they say", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  const interrupting = process.interrupt();
  const params = await server.serve("process/signal", {});
  assertEquals(params, { processId: "p", signal: "interrupt" });
  await interrupting;
  const terminating = process.terminate();
  await server.serve("process/terminate", { running: true });
  assertEquals(await terminating, true);
  await client.close();
});

Deno.test("ExecServerClient.start() refuses an id that is in use, without asking the server", async () => {
  const session = await scriptedSession();
  await scriptedProcess(session);
  const error = await failureOf(session.client.start({ processId: "p", argv: ["x"] }));
  assertEquals(error.kind, "processIdInUse");
  await session.server.proveQuiet(session.client);
  await session.client.close();
});

Deno.test("ExecServerClient.start() frees the id of a process that was refused or has closed", async () => {
  const session = await scriptedSession();
  const { client, server } = session;
  const refused = client.start({ processId: "p", argv: ["x"] });
  server.refuse(await server.asked("process/start"), -32603, "No such file");
  assertEquals((await failureOf(refused)).serverMessage, "No such file");
  const process = await scriptedProcess(session);
  server.exited(1);
  server.closed(2);
  await process.status;
  await scriptedProcess(session);
  await client.close();
});

Deno.test("ExecServerClient.start() that is aborted ends the process once it has started", async () => {
  const { client, server } = await scriptedSession();
  const abort = new AbortController();
  const starting = client.start({ processId: "p", argv: ["x"] }, { signal: abort.signal });
  const asked = await server.asked("process/start");
  abort.abort(new Error("Changed my mind"));
  await assertRejects(() => starting, Error, "Changed my mind");
  server.answer(asked, { processId: "p" });
  const params = await server.serve("process/terminate", { running: true });
  assertEquals(params, { processId: "p" });
  await client.close();
});

Deno.test("ExecServerClient.start() that is aborted after its answer ends the process", async () => {
  const { client, server } = await scriptedSession();
  const abort = new AbortController();
  const starting = client.start({ processId: "p", argv: ["x"] }, { signal: abort.signal });
  await server.serve("process/start", { processId: "p" });
  await starting;
  abort.abort();
  assertEquals(await server.serve("process/terminate", { running: true }), { processId: "p" });
  await client.close();
});

Deno.test("ExecServerClient.start() does not look at its signal once the process has closed", async () => {
  const { client, server } = await scriptedSession();
  const abort = new AbortController();
  const starting = client.start({ processId: "p", argv: ["x"] }, { signal: abort.signal });
  await server.serve("process/start", { processId: "p" });
  server.exited(1);
  server.closed(2);
  await (await starting).status;
  await server.proveQuiet(client);
  abort.abort();
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("ExecServerClient.start() that is aborted before it began sends nothing", async () => {
  const { client, server } = await scriptedSession();
  const signal = AbortSignal.abort(new Error("No"));
  await assertRejects(() => client.start({ argv: ["x"] }, { signal }), Error, "No");
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("ExecServerClient.start() wants a directory when the server does not tell its own", async () => {
  const { client } = await scriptedSession({}, { ...scriptedInfo, cwd: null });
  const error = await failureOf(client.start({ argv: ["x"] }));
  assertEquals(error.message, "The server does not tell its directory: name one");
  await client.close();
});
