/** Checks of `process/list`, `process/attach` and `process/detach`, which only this server has. @module */
import { assertEquals } from "@std/assert";
import * as v from "valibot";
import type { Peer } from "../support/peer.ts";
import { read, start, startParams, terminate, write } from "../support/process_calls.ts";
import { nextOutput, outcome } from "../support/process_events.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const server = sharedServer();

const target = { session: "s", processId: "p" };
const methods: readonly [string, unknown][] = [
  ["process/list", {}],
  ["process/attach", { processId: "a", target }],
  ["process/detach", { processId: "a" }],
];

check("observing: the reference does not know these methods", async () => {
  await using peer = await server().session();
  for (const [method, params] of methods) {
    const { code, message } = await peer.refused(method, params);
    assertEquals([code, message], [
      -32601,
      `exec-server stub does not implement \`${method}\` yet`,
    ]);
  }
}, { only: "reference" });

const listed = v.object({
  processes: v.array(v.object({
    session: v.pipe(v.string(), v.regex(/^[0-9a-f]{8}$/)),
    processId: v.string(),
    pid: v.pipe(v.number(), v.minValue(2)),
    argv: v.array(v.string()),
    argvTruncated: v.literal(false),
    cwd: v.string(),
    tty: v.boolean(),
    startedAtMs: v.number(),
    state: v.picklist(["running", "exited", "closed"]),
    exitCode: v.nullable(v.number()),
    firstSeq: v.number(),
    nextSeq: v.number(),
    retainedBytes: v.number(),
    own: v.boolean(),
    attached: v.boolean(),
  })),
  truncated: v.literal(false),
});

/** The process of another session that a peer sees by an id. */
async function found(peer: Peer, processId: string) {
  const { processes } = v.parse(listed, await peer.call("process/list", {}));
  const process = processes.find((candidate) => candidate.processId === processId);
  if (process === undefined) throw new Error(`No process ${processId} is listed`);
  return process;
}

check("observing: a terminal's output reaches its owner and an observer alike", async () => {
  await using owner = await server().session();
  await using observer = await server().session();
  const script = "stty -echo; echo ready; read line; echo got $line";
  const params = startParams(owner, ["/bin/sh", "-c", script], { processId: "terminal" });
  await owner.call("process/start", { ...params, tty: true });
  assertEquals(await nextOutput(owner, "terminal"), "ready\r\n");
  const { session, tty, own } = await found(observer, "terminal");
  assertEquals([tty, own], [true, false]);
  const terminal = { session, processId: "terminal" };
  await observer.call("process/attach", { processId: "seen", target: terminal, afterSeq: 1 });
  assertEquals(await write(owner, "it\n", "w", "terminal"), "accepted");
  const seen = await outcome(observer, "seen", 2);
  assertEquals(
    seen.events,
    (await outcome(owner, "terminal", 2)).events.map((event) => {
      return { ...event, processId: "seen" };
    }),
  );
  assertEquals((await read(observer, { processId: "seen", afterSeq: 1 })).closed, true);
}, { only: "ours" });

check("observing: the end of an observer is nothing to the process", async () => {
  await using owner = await server().session();
  const observer = await server().session();
  await start(owner, ["/bin/cat"], { processId: "cat", pipeStdin: true });
  const { session } = await found(observer, "cat");
  const params = { processId: "a", target: { session, processId: "cat" } };
  await observer.call("process/attach", params);
  await observer.drop();
  assertEquals(await write(owner, "x", "w", "cat"), "accepted");
  assertEquals(await nextOutput(owner, "cat"), "x");
  assertEquals(await terminate(owner, "cat"), true);
}, { only: "ours" });
