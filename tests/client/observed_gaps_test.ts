/** What an observer is told when something is missing, by a server whose every word is decided here. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ExecServerError, type ObservedEvent, type ObservedProcess } from "../../client/mod.ts";
import { within } from "../support/deadline.ts";
import { scriptedInfo, type ScriptedSession, scriptedSession } from "./scripted_server.ts";

const info = { ...scriptedInfo, capabilities: { processList: true, processAttach: true } };

const facts = {
  processId: "p",
  session: "s1",
  pid: 1,
  argv: ["x"],
  argvTruncated: false,
  cwd: "file:///",
  tty: false,
  startedAtMs: 0,
  firstSeq: 1,
  nextSeq: 1,
};

/** Attaches to process `target` as `p`. */
async function attached(session: ScriptedSession, fields = {}): Promise<ObservedProcess> {
  const target = { session: "s1", processId: "target" };
  const attaching = session.client.attach(target, { processId: "p", ...fields });
  await session.server.serve("process/attach", facts);
  return await attaching;
}

/** A chunk as `process/read` answers it. */
function chunk(seq: number) {
  return { seq, stream: "stdout", chunk: "eA==" };
}

const running = { exited: false, exitCode: null, closed: false, failure: null };
const ended = { exited: true, exitCode: 3, closed: true, failure: null };

/** Short words for what is read until the end, or until `count` events. */
async function read(process: ObservedProcess, count = Infinity): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of process.events()) {
    seen.push(summary(event));
    if (seen.length >= count) break;
  }
  return seen;
}

function summary(event: ObservedEvent): string {
  if (event.type === "gap") return `gap ${event.from}-${event.to}`;
  return event.type === "output" ? `${event.seq}` : `${event.seq} ${event.type}`;
}

Deno.test("attach() says what it means in the words of the protocol, and no more", async () => {
  const { client, server } = await scriptedSession({}, info);
  const listed = { session: "s1", processId: "t", pid: 5, argv: [] };
  const attaching = client.attach(listed, { processId: "p", afterSeq: 7 });
  const params = await server.serve("process/attach", facts);
  const target = { session: "s1", processId: "t" };
  assertEquals(params, { processId: "p", target, afterSeq: 7 });
  await attaching;
  await client.close();
});

Deno.test("attach() and processes() ask a server for nothing that it does not announce", async () => {
  const { client } = await scriptedSession();
  const kinds: string[] = [];
  const target = { session: "s", processId: "p" };
  for (const call of [() => client.processes(), () => client.attach(target)]) {
    kinds.push((await assertRejects(call, ExecServerError)).kind);
  }
  assertEquals(kinds, ["notSupported", "notSupported"]);
  await client.close();
});

Deno.test("a gap between notifications is asked for once, and then told", async () => {
  const session = await scriptedSession({}, info);
  const process = await attached(session);
  const reading = read(process);
  session.server.output(1, "x");
  session.server.output(5, "x");
  const params = await session.server.serve("process/read", {
    ...running,
    chunks: [chunk(4), chunk(5)],
    nextSeq: 6,
  });
  assertEquals(Object(params).afterSeq, 1);
  session.server.exited(6, 0);
  session.server.closed(7);
  const events = ["1", "gap 2-3", "4", "5", "6 exited", "7 closed"];
  assertEquals(await within(reading, "the end"), events);
  await session.client.close();
});

Deno.test("an exit that lies in a gap is told all the same", async () => {
  const session = await scriptedSession({}, info);
  const process = await attached(session);
  const reading = read(process);
  session.server.output(9, "x");
  await session.server.serve("process/read", { ...ended, chunks: [chunk(9)], nextSeq: 11 });
  assertEquals(await within(reading, "the end"), ["gap 1-7", "8 exited", "9", "10 closed"]);
  assertEquals((await process.status).exitCode, 3);
  await session.client.close();
});

Deno.test("an exit that is told before the gap around it keeps its number", async () => {
  const session = await scriptedSession({}, info);
  const process = await attached(session);
  const reading = read(process);
  session.server.exited(4, 3);
  session.server.output(9, "x");
  await session.server.serve("process/read", { ...ended, chunks: [chunk(9)], nextSeq: 11 });
  const events = ["gap 1-3", "4 exited", "gap 5-8", "9", "10 closed"];
  assertEquals(await within(reading, "the end"), events);
  await session.client.close();
});

Deno.test("a reader that comes late is told what it cannot have any more", async () => {
  const session = await scriptedSession({}, info);
  const process = await attached(session);
  const first = read(process, 3);
  for (const seq of [1, 2, 3]) session.server.output(seq, "x");
  assertEquals(await within(first, "three events"), ["1", "2", "3"]);
  const late = read(process);
  await session.server.serve("process/read", { ...running, chunks: [chunk(3)], nextSeq: 4 });
  session.server.exited(4, 0);
  session.server.closed(5);
  assertEquals(await within(late, "the end"), ["gap 1-2", "3", "4 exited", "5 closed"]);
  await session.client.close();
});

Deno.test("a stream begins with what is kept, and fails where something is missing later", async () => {
  const session = await scriptedSession({}, info);
  const process = await attached(session, { afterSeq: 4 });
  const reader = process.stdout.getReader();
  session.server.output(7, "x");
  const seven = { ...running, chunks: [chunk(7)], nextSeq: 8 };
  await session.server.serve("process/read", seven);
  assertEquals((await within(reader.read(), "the first bytes")).value?.byteLength, 1);
  session.server.output(10, "x");
  await session.server.serve("process/read", { ...running, chunks: [chunk(10)], nextSeq: 11 });
  const error = await assertRejects(() => within(reader.read(), "the failure"), ExecServerError);
  assertEquals([error.kind, error.message.slice(0, 34)], [
    "outputLost",
    'Events 8 to 9 of process "target" ',
  ]);
  await session.client.close();
});

Deno.test("aborting an attach detaches, also when it had been done already", async () => {
  const { client, server } = await scriptedSession({}, info);
  const target = { session: "s1", processId: "target" };
  const giveUp = new AbortController();
  const attaching = client.attach(target, { processId: "p", signal: giveUp.signal });
  const asked = await server.asked("process/attach");
  giveUp.abort(new Error("Enough"));
  await assertRejects(() => attaching, Error, "Enough");
  server.answer(asked, facts);
  assertEquals(await server.serve("process/detach", { detached: true }), { processId: "p" });
  await client.close();
});
