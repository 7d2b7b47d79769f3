/** `process/read`: what it returns, and every way a long poll ends. @module */

import { assertEquals, assertRejects } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import type { ReadResult } from "../../../protocol/methods/process.ts";
import { read } from "../../../server/process/read.ts";
import { fakeCall, startFake } from "../../support/fake_call.ts";

/** A result with its bytes as text. */
function flat({ chunks, ...rest }: ReadResult): unknown {
  const texts = chunks.map((
    { seq, stream, chunk },
  ) => [seq, stream, new TextDecoder().decode(chunk)]);
  return { chunks: texts, ...rest };
}

const running = {
  nextSeq: 1,
  exited: false,
  exitCode: null,
  closed: false,
  failure: null,
  sandboxDenied: false,
};

/** Lets every promise that is due settle. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

Deno.test("process/read returns every member, whatever the state of the process", async () => {
  const call = fakeCall();
  const child = startFake(call);
  const result = async () => flat(await read({ processId: "p" }, call));
  assertEquals(await result(), { ...running, chunks: [] });
  child.print("a");
  child.print("b", "stderr");
  const chunks = [[1, "stdout", "a"], [2, "stderr", "b"]];
  assertEquals(await result(), { ...running, chunks, nextSeq: 3 });
  child.exit(7);
  assertEquals(await result(), { ...running, chunks, nextSeq: 4, exited: true, exitCode: 7 });
  child.close();
  const closed = { exited: true, exitCode: 7, closed: true };
  assertEquals(await result(), { ...running, ...closed, chunks, nextSeq: 5 });
});

Deno.test("process/read takes null for what is left out", async () => {
  const call = fakeCall();
  startFake(call).print("a");
  const params = { processId: "p", afterSeq: null, maxBytes: null, waitMs: null };
  assertEquals((await read(params, call)).nextSeq, 2);
});

Deno.test("process/read refuses a process it does not know, also without its prototype's help", async () => {
  for (const processId of ["p", "", "constructor", "__proto__"]) {
    const error = await assertRejects(async () => await read({ processId }, fakeCall()), RpcError);
    assertEquals([error.code, error.message], [-32600, `unknown process id ${processId}`]);
  }
});

Deno.test("a long poll returns with the first output", async () => {
  const call = fakeCall();
  const child = startFake(call);
  const answer = read({ processId: "p", waitMs: 60_000 }, call);
  await settle();
  assertEquals(call.clock.pending, 1);
  child.print("a");
  assertEquals(flat(await answer), { ...running, chunks: [[1, "stdout", "a"]], nextSeq: 2 });
  assertEquals(call.clock.pending, 0);
});

Deno.test("a long poll returns at once when there is output already", async () => {
  const call = fakeCall();
  startFake(call).print("a");
  assertEquals((await read({ processId: "p", waitMs: 60_000 }, call)).chunks.length, 1);
  assertEquals(call.clock.pending, 0);
});

Deno.test("a long poll waits for output beyond the number it names", async () => {
  const call = fakeCall();
  const child = startFake(call);
  child.print("a");
  const answer = read({ processId: "p", afterSeq: 2, waitMs: 100 }, call);
  child.print("b");
  await settle();
  assertEquals(call.clock.pending, 1);
  child.print("c");
  assertEquals((await answer).chunks.map(({ seq }) => seq), [3]);
});

Deno.test("a long poll returns empty when its time is up, not a millisecond before", async () => {
  const call = fakeCall();
  startFake(call);
  const states: string[] = [];
  const answer = Promise.resolve(read({ processId: "p", waitMs: 100 }, call));
  void answer.then(() => states.push("answered"));
  call.clock.advance(99);
  await settle();
  assertEquals(states, []);
  call.clock.advance(1);
  assertEquals(flat(await answer), { ...running, chunks: [] });
});

Deno.test("a long poll returns on exit when exit is news to it", async () => {
  const call = fakeCall();
  const child = startFake(call);
  child.print("a");
  const answer = read({ processId: "p", afterSeq: 1, waitMs: 60_000 }, call);
  child.exit(0);
  assertEquals([(await answer).exited, (await answer).nextSeq], [true, 3]);
});

Deno.test("a long poll of an exited process waits for late output when it knows of the exit", async () => {
  const call = fakeCall();
  const child = startFake(call);
  child.exit(0);
  const first = read({ processId: "p", afterSeq: 1, waitMs: 60_000 }, call);
  await settle();
  assertEquals(call.clock.pending, 1);
  child.print("late");
  assertEquals((await first).chunks.length, 1);
  assertEquals((await read({ processId: "p", afterSeq: 0, waitMs: 60_000 }, call)).exited, true);
});

Deno.test("a long poll of a closed process never waits", async () => {
  const call = fakeCall();
  const child = startFake(call);
  child.exit(0);
  const answer = read({ processId: "p", afterSeq: 1, waitMs: 60_000 }, call);
  child.close();
  assertEquals((await answer).closed, true);
  const again = await read({ processId: "p", afterSeq: 1000, waitMs: 60_000 }, call);
  // What is planned is the end of the process's retention.
  assertEquals([again.closed, again.chunks, call.clock.pending], [true, [], 1]);
});

Deno.test("a long poll ends, and leaves nothing behind, when its connection does", async () => {
  const call = fakeCall();
  const child = startFake(call);
  const answers = [1, 2, 3].map(() => read({ processId: "p", waitMs: 60_000 }, call));
  await settle();
  call.gone.abort();
  await Promise.all(answers);
  assertEquals(call.clock.pending, 0);
  await read({ processId: "p", waitMs: 60_000 }, call);
  assertEquals(call.clock.pending, 0);
  child.print("nobody listens");
});

Deno.test("many long polls of one process all return with the same output", async () => {
  const call = fakeCall();
  const child = startFake(call);
  const answers = Array.from({ length: 100 }, () => read({ processId: "p", waitMs: 1000 }, call));
  await settle();
  child.print("a");
  const counts = (await Promise.all(answers)).map(({ chunks }) => chunks.length);
  assertEquals(new Set(counts), new Set([1]));
});
