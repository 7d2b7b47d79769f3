/** Checks of starting programs and of what their end looks like. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { pause } from "../support/deadline.ts";
import { makeFifo, writeFifo } from "../support/fifo.ts";
import { read, start, startParams, startShell, terminate } from "../support/process_calls.ts";
import { nextEvent, nextOutput, outcome } from "../support/process_events.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const server = sharedServer();

check("46: output, exit status and end of a program", async () => {
  await using peer = await server().session();
  await startShell(peer, "echo out; echo err >&2; exit 3");
  const { stdout, stderr, exitCode, events } = await outcome(peer);
  assertEquals({ stdout, stderr, exitCode }, { stdout: "out\n", stderr: "err\n", exitCode: 3 });
  const exit = events.find((event) => event.kind === "exited");
  assertEquals(exit?.sandboxDenied, false);
});

check("47: events are numbered from 1 without a gap", async () => {
  await using peer = await server().session();
  const script = "for i in 1 2 3 4 5 6 7 8 9; do echo $i; echo $i >&2; done";
  await startShell(peer, script);
  // `outcome` fails on a gap, a repetition, or an event after "closed".
  const { stdout, stderr } = await outcome(peer);
  assertEquals(stdout, stderr);
});

check("48: after the end everything can be read", async () => {
  await using peer = await server().session();
  await startShell(peer, "echo a; sleep 0.1; echo b >&2");
  const { events } = await outcome(peer);
  const result = await read(peer);
  const output = events.flatMap((event) => event.kind === "output" ? [event] : []);
  const seen = output.map(({ seq, stream, chunk }) => ({ seq, stream, chunk }));
  assertEquals<unknown>(result.chunks, seen);
  assertEquals(result.nextSeq, events.length + 1);
  assertEquals([result.exited, result.exitCode, result.closed], [true, 0, true]);
  assertEquals([result.failure, result.sandboxDenied], [null, false]);
});

check("49: `maxBytes` 0 and 1 return exactly one chunk", async () => {
  await using peer = await server().session();
  await startShell(peer, "echo a; sleep 0.1; echo b >&2");
  await outcome(peer);
  for (const maxBytes of [0, 1]) {
    const { chunks, nextSeq } = await read(peer, { maxBytes });
    assertEquals(chunks.length, 1);
    assertEquals(nextSeq, (chunks[0]?.seq ?? 0) + 1);
  }
});

check("49: `maxBytes` is never exceeded by a second chunk", async () => {
  await using peer = await server().session();
  await startShell(peer, "printf aaaa; sleep 0.1; printf bbbb >&2; sleep 0.1; printf cccc");
  await outcome(peer);
  const counts: number[] = [];
  for (const maxBytes of [7, 8, 11, 12]) {
    counts.push((await read(peer, { maxBytes })).chunks.length);
  }
  assertEquals(counts, [1, 2, 2, 3]);
});

check("50: a long poll returns on output, on exit, and at once when closed", async () => {
  await using peer = await server().session();
  const gate = await makeFifo(join(server().root, "gate-50"));
  const exit = await makeFifo(join(server().root, "exit-50"));
  await startShell(peer, `read _ <${gate}; echo out; read _ <${exit}`);
  const first = peer.post("process/read", { processId: "p", waitMs: 20_000 });
  await writeFifo(gate, "x\n");
  await peer.answer(first);
  assertEquals((await read(peer)).chunks.length, 1);
  const second = peer.post("process/read", { processId: "p", afterSeq: 1, waitMs: 20_000 });
  await writeFifo(exit, "y\n");
  await peer.answer(second);
  const { events } = await outcome(peer);
  const start = performance.now();
  const last = await read(peer, { afterSeq: events.length, waitMs: 20_000 });
  assertEquals([last.chunks.length, last.closed], [0, true]);
  assert(performance.now() - start < 5000);
});

check("51: a long poll without events returns after its time", async () => {
  await using peer = await server().session();
  await startShell(peer, "exec sleep 30");
  const start = performance.now();
  const { chunks, nextSeq, exited } = await read(peer, { waitMs: 100 });
  const elapsed = performance.now() - start;
  assertEquals({ chunks, nextSeq, exited }, { chunks: [], nextSeq: 1, exited: false });
  assert(elapsed >= 95 && elapsed < 2000, `after ${elapsed} ms`);
  await terminate(peer);
});

check("53: an id is taken while its process runs or can still be read", async () => {
  await using peer = await server().session();
  await startShell(peer, "read x; exit 0", { pipeStdin: true });
  const argv = ["/bin/true"];
  const running = await peer.refused("process/start", startParams(peer, argv));
  await terminate(peer);
  await outcome(peer);
  const ended = await peer.refused("process/start", startParams(peer, argv));
  for (const failure of [running, ended]) {
    assertEquals(failure.code, -32600);
    assertStringIncludes(failure.message, "process p already exists");
  }
});

check("53: 80 s after its end a process is forgotten and its id free", async () => {
  await using peer = await server().session();
  await start(peer, ["/bin/true"]);
  await outcome(peer);
  await pause(78_000);
  assertEquals((await read(peer)).closed, true);
  await pause(4000);
  assertEquals((await peer.refused("process/read", { processId: "p" })).code, -32600);
  await start(peer, ["/bin/true"]);
  await outcome(peer);
}, { isSlow: true });

check("63: a background child's output comes after the exit, `closed` last", async () => {
  await using peer = await server().session();
  const gate = await makeFifo(join(server().root, "gate-63"));
  await startShell(peer, `(read _ <${gate}; echo late) & echo hi`);
  const kinds: string[] = [];
  for (let count = 0; count < 2; count++) kinds.push((await nextEvent(peer)).kind);
  assertEquals(kinds.sort(), ["exited", "output"]);
  assertEquals((await read(peer)).closed, false);
  await writeFifo(gate, "go\n");
  assertEquals(await nextOutput(peer), "late\n");
  const { kind, seq } = await nextEvent(peer);
  assertEquals([kind, seq], ["closed", 4]);
});

check("64: `arg0` is what the program sees as its name", async () => {
  await using peer = await server().session();
  for (const [processId, arg0] of [["named", "a name"], ["empty", ""]] as const) {
    await start(peer, ["/bin/cat", "/proc/self/cmdline"], { processId, arg0 });
    const { stdout } = await outcome(peer, processId);
    assertEquals(stdout, `${arg0}\0/proc/self/cmdline\0`);
  }
});

check("69: metadata is in the child's environment", async () => {
  await using peer = await server().session();
  const threadId = "0f0e0d0c-0b0a-4908-8706-050403020100";
  const metadata = { threadId, toolCallId: "call 1" };
  await start(peer, ["/usr/bin/env"], { env: { A: "1" }, metadata });
  const { stdout } = await outcome(peer);
  assertEquals(stdout.trim().split("\n").sort(), [
    "A=1",
    `CODEX_THREAD_ID=${threadId}`,
    "CODEX_TOOL_CALL_ID=call 1",
  ]);
});

check("69: a thread id that is no UUID is refused", async () => {
  await using peer = await server().session();
  const params = startParams(peer, ["/bin/true"], { metadata: { threadId: "x" } });
  assertEquals((await peer.refused("process/start", params)).code, -32602);
});

check("a child is the leader of a session and a group of its own", async () => {
  await using peer = await server().session();
  await start(peer, ["/bin/cat", "/proc/self/stat"]);
  const { stdout } = await outcome(peer);
  const [pid, , , , group, session] = stdout.split(" ");
  assertEquals([group, session], [pid, pid]);
});

check("a child does not inherit open files of the server", async () => {
  await using peer = await server().session();
  await start(peer, ["/bin/ls", "/proc/self/fd"]);
  const { stdout } = await outcome(peer);
  // 3 is the directory `ls` reads.
  assertEquals(stdout, "0\n1\n2\n3\n");
});

check("a relative program is searched in the child's PATH", async () => {
  await using peer = await server().session();
  await start(peer, ["true"]);
  assertEquals((await outcome(peer)).exitCode, 0);
  await start(peer, ["true"], { processId: "pathless", env: {} });
  assertEquals((await outcome(peer, "pathless")).exitCode, 0);
});
