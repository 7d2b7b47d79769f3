/** A client with more to do at once than a connection has places for. @module */
import { assert, assertEquals } from "@std/assert";
import type { ExecServerClient, RemoteProcess } from "../../client/mod.ts";
import { MAX_PENDING_CALLS } from "../../client/connection.ts";
import { within } from "../support/deadline.ts";
import { ScriptedLine, welcome } from "./scripted_line.ts";
import {
  type Asked,
  scriptedProcess,
  type ScriptedServer,
  scriptedSession,
} from "./scripted_server.ts";

const ready = { status: "ready" };
const running = { chunks: [], nextSeq: 1, exited: false, exitCode: null, closed: false };

/** Takes all places. */
async function occupy(client: ExecServerClient, server: ScriptedServer) {
  const calls: Promise<unknown>[] = [];
  const asked: Asked[] = [];
  for (let at = 0; at < MAX_PENDING_CALLS; at++) calls.push(client.call("environment/status", {}));
  for (const _ of calls) asked.push(await server.asked("environment/status"));
  return { calls, asked };
}

Deno.test("However many processes there are, a lost connection ends none of them", async () => {
  const line = new ScriptedLine();
  const { client, server } = await line.client();
  const count = MAX_PENDING_CALLS + 100;
  const processes: RemoteProcess[] = [];
  for (let at = 0; at < count; at++) {
    const starting = client.start({ processId: `p${at}`, argv: ["x"] });
    await server.serve("process/start", { processId: `p${at}` });
    processes.push(await starting);
  }
  let failed = 0;
  for (const { status } of processes) status.catch(() => failed++);
  server.transport.close("gone");
  const next = await line.server();
  await welcome(next);
  // Far fewer are asked for at once than there are places.
  const first: Asked[] = [];
  for (let at = 0; at < 64; at++) first.push(await next.asked("process/read"));
  const another = next.asked("process/read");
  let isMore = false;
  void another.then(() => isMore = true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(isMore, false);
  for (const asked of first) next.answer(asked, running);
  next.answer(await another, running);
  for (let at = 65; at < count; at++) await next.serve("process/read", running);
  await next.proveQuiet(client);
  assertEquals([failed, client.state], [0, "connected"]);
  await client.close();
});

Deno.test("However many calls wait for a connection, each finds a place", async () => {
  const line = new ScriptedLine();
  const { client, server } = await line.client();
  server.transport.close("gone");
  const next = await line.server();
  const calls: Promise<unknown>[] = [];
  for (let at = 0; at < MAX_PENDING_CALLS + 500; at++) {
    calls.push(client.call("environment/status", {}));
  }
  await welcome(next);
  for (const _ of calls) await next.serve("environment/status", ready);
  assertEquals((await within(Promise.all(calls), "the answers")).length, calls.length);
  await client.close();
});

Deno.test("A call that waits for a place was not sent, and may go over the next connection", async () => {
  const line = new ScriptedLine();
  const { client, server } = await line.client();
  const { calls } = await occupy(client, server);
  const signal = { processId: "p", signal: "interrupt" } as const;
  // A signal whose answer is lost is never repeated: this one was not sent.
  const waiting = client.call("process/signal", signal, { waitsForPlace: true });
  server.transport.close("gone");
  const next = await line.server();
  await welcome(next);
  for (let at = 0; at <= calls.length; at++) {
    const message = await next.next();
    assert(message.kind === "request");
    next.answer(message, message.method === "process/signal" ? {} : ready);
  }
  await within(Promise.all([waiting, ...calls]), "the answers");
  await client.close();
});

Deno.test("A call that no longer wants its place leaves it to the next", async () => {
  const { client, server } = await scriptedSession();
  const { calls, asked } = await occupy(client, server);
  const abort = new AbortController();
  const { signal } = abort;
  const tired = client.call("environment/info", {}, { waitsForPlace: true, signal });
  const patient = client.call("environment/status", {}, { waitsForPlace: true });
  tired.catch(() => {});
  abort.abort();
  for (const each of asked) server.answer(each, ready);
  await server.serve("environment/status", ready);
  await within(Promise.all([patient, ...calls]), "the answers");
  await client.close();
});

Deno.test("A gap in a process's events is filled however busy its client is", async () => {
  const session = await scriptedSession();
  const process = await scriptedProcess(session);
  const { client, server } = session;
  const { calls, asked } = await occupy(client, server);
  server.output(2, "b");
  for (const each of asked) server.answer(each, ready);
  const chunk = { seq: 1, stream: "stdout", chunk: new TextEncoder().encode("a") };
  await server.serve("process/read", { ...running, chunks: [chunk], nextSeq: 3 });
  server.exited(3);
  server.closed(4);
  assertEquals(new TextDecoder().decode((await process.output()).stdout), "ab");
  await Promise.all(calls);
  await client.close();
});
