/** What a client makes of a lost connection, against servers whose every word a test decides. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ExecServerError, type SessionState } from "../../client/mod.ts";
import { within } from "../support/deadline.ts";
import { ScriptedLine, welcome } from "./scripted_line.ts";
import type { ScriptedServer } from "./scripted_server.ts";

Deno.test("A call whose repetition is harmless is made again, others fail", async () => {
  const line = new ScriptedLine();
  const { client, server } = await line.client();
  const read = client.fs.readFile("file:///a");
  const write = client.fs.writeFile("file:///a", new Uint8Array(1));
  await server.asked("fs/readFile");
  await server.asked("fs/writeFile");
  server.transport.close("gone");
  const lost = await assertRejects(() => within(write, "the loss"), ExecServerError);
  assertEquals(lost.kind, "disconnected");
  const next = await line.server();
  await welcome(next);
  await next.serve("fs/readFile", { dataBase64: "eA==" });
  assertEquals(await read, new Uint8Array([0x78]));
  assertEquals(line.states, ["recovering", "connected"]);
  await client.close();
});

Deno.test("A server that still takes the old connection for alive is asked again", async () => {
  const line = new ScriptedLine();
  const { client, server } = await line.client();
  server.transport.close("gone");
  for (let attempt = 0; attempt < 3; attempt++) {
    const busy = await line.server();
    busy.refuse(await busy.asked("initialize"), -32010, "already attached");
  }
  await welcome(await line.server());
  await within(until(client, "connected"), "the recovery");
  await client.close();
});

const fatal: readonly [string, (server: ScriptedServer) => Promise<void>, string][] = [
  [
    "a server that does not know the session",
    async (server) =>
      server.refuse(await server.asked("initialize"), -32600, "unknown session id s"),
    "unknown session id s",
  ],
  [
    "a server that resumes another session",
    async (server) => void await server.serve("initialize", { sessionId: "other" }),
    "another session",
  ],
  [
    "a server that makes no sense",
    async (server) => void await server.serve("initialize", { sessionId: 5 }),
    "protocol",
  ],
];

for (const [title, answer, words] of fatal) {
  Deno.test(`Against ${title} no further attempt is made`, async () => {
    const line = new ScriptedLine();
    const { client, server } = await line.client();
    server.transport.close("gone");
    const call = client.call("environment/status", {});
    await answer(await line.server());
    const error = await assertRejects(() => within(call, "the end"), ExecServerError, words);
    assertEquals(error.kind, "sessionLost");
    assertEquals(line.states, ["recovering", "failed"]);
  });
}

Deno.test("Every process is read up to date before any other call goes out", async () => {
  const line = new ScriptedLine();
  const { client, server } = await line.client();
  const starting = client.start({ processId: "p", argv: ["x"] });
  await server.serve("process/start", { processId: "p" });
  const process = await starting;
  server.output(1, "one");
  const events = process.events();
  await within(events.next(), "the first output");
  server.transport.close("gone");
  const status = client.call("environment/status", {});
  const next = await line.server();
  await welcome(next);
  const asked = await next.asked("process/read");
  assertEquals(asked.params, { processId: "p", afterSeq: 1, maxBytes: null, waitMs: 0 });
  // Over the new connection, before the answer, twice: it comes once all the same.
  next.output(2, "two");
  next.output(2, "two");
  const chunk = { seq: 2, stream: "stdout", chunk: new TextEncoder().encode("two") };
  const ended = { exited: true, exitCode: 4, closed: true, failure: null, sandboxDenied: false };
  next.answer(asked, { chunks: [chunk], nextSeq: 5, ...ended });
  await next.serve("environment/status", { status: "ready" });
  await status;
  const seen: string[] = [];
  for await (const event of events) seen.push(`${event.seq} ${event.type}`);
  assertEquals(seen, ["2 output", "3 exited", "4 closed"]);
  await client.close();
});

Deno.test("A process that the server has forgotten fails alone", async () => {
  const line = new ScriptedLine();
  const { client, server } = await line.client();
  const starting = client.start({ processId: "p", argv: ["x"] });
  await server.serve("process/start", { processId: "p" });
  const process = await starting;
  server.transport.close("gone");
  const next = await line.server();
  await welcome(next);
  next.refuse(await next.asked("process/read"), -32600, "unknown process id p");
  const error = await assertRejects(() => within(process.status, "the end"), ExecServerError);
  assertEquals(error.kind, "processLost");
  await next.serve("process/terminate", { running: false });
  assertEquals(client.state, "connected");
  await client.close();
});

Deno.test("A start whose answer was lost is ended, where it cannot be repeated", async () => {
  const line = new ScriptedLine();
  const { client, server } = await line.client();
  const starting = client.start({ processId: "p", argv: ["x"] });
  await server.asked("process/start");
  server.transport.close("gone");
  const error = await assertRejects(() => within(starting, "the loss"), ExecServerError);
  assertEquals(error.kind, "disconnected");
  const next = await line.server();
  await welcome(next);
  assertEquals(await next.serve("process/terminate", { running: true }), { processId: "p" });
  await client.close();
});

/** Settles when a client is in a state. */
function until(
  client: Awaited<ReturnType<ScriptedLine["client"]>>["client"],
  wanted: SessionState,
): Promise<void> {
  if (client.state === wanted) return Promise.resolve();
  return new Promise((resolve) => client.onState((state) => state === wanted && resolve()));
}
