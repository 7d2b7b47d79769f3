/** Writes to a child that takes what it likes: order, replay, waiting, ends. @module */

import { assertEquals } from "@std/assert";
import { limits } from "../../../protocol/limits.ts";
import { StdinQueue, type WriteOutcome } from "../../../server/process/stdin_queue.ts";
import { FakeSpawner } from "../../support/fake_child.ts";
import type { FakeChild } from "../../support/fake_child.ts";

const never = new AbortController().signal;

/** A child with room for some bytes, and its queue. */
function queueWithRoom(room: number): { child: FakeChild; queue: StdinQueue } {
  const spawner = new FakeSpawner();
  const request = { program: "x", argv: ["x"], cwd: "/", env: new Map(), pipeStdin: true };
  const quiet = { output() {}, exited() {}, closed() {}, writable: () => queue.onWritable() };
  const child = spawner.spawn(request, quiet);
  child.stdinRoom = room;
  const queue = new StdinQueue(child, { isTerminal: false });
  return { child, queue };
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Fills the queue with one-byte writes. */
function fill(queue: StdinQueue): void {
  for (let i = 0; i < limits.queuedWrites; i++) {
    assertEquals(queue.write(`fill ${i}`, bytes("."), never), "accepted");
  }
}

/** Whether a promise is settled by now, and with what. */
async function peek<T>(promise: T | Promise<T>): Promise<T | "waiting"> {
  const later = Promise.resolve().then(() => {}).then(() => {}).then((): "waiting" => "waiting");
  return await Promise.race([promise, later]);
}

Deno.test("StdinQueue writes at once, in order, when the child takes everything", () => {
  const { child, queue } = queueWithRoom(Infinity);
  assertEquals(["a", "b", "c"].map((id) => queue.write(id, bytes(id), never)), [
    "accepted",
    "accepted",
    "accepted",
  ]);
  assertEquals(child.stdinText, "abc");
});

Deno.test("StdinQueue writes an id once, and accepts it again", () => {
  const { child, queue } = queueWithRoom(Infinity);
  for (const text of ["first", "second"]) {
    assertEquals(queue.write("same", bytes(text), never), "accepted");
  }
  assertEquals(child.stdinText, "first");
});

Deno.test("StdinQueue remembers 4096 ids and forgets the oldest first", () => {
  const { child, queue } = queueWithRoom(Infinity);
  queue.write("old", bytes("x"), never);
  for (let i = 1; i < limits.rememberedWrites; i++) queue.write(`${i}`, bytes(""), never);
  queue.write("old", bytes("y"), never);
  assertEquals(child.stdinText, "x");
  queue.write("one more", bytes(""), never);
  queue.write("old", bytes("z"), never);
  assertEquals(child.stdinText, "xz");
  // Asking again does not make an id younger: "1" was the next oldest and is forgotten now.
  queue.write("1", bytes("1"), never);
  queue.write("3", bytes("3"), never);
  assertEquals(child.stdinText, "xz1");
});

Deno.test("StdinQueue goes on where the child stopped taking, byte by byte", () => {
  const { child, queue } = queueWithRoom(2);
  for (const text of ["hello", " ", "world"]) queue.write(text, bytes(text), never);
  assertEquals(child.stdinText, "he");
  for (let i = 0; i < 20; i++) child.drainStdin(1);
  assertEquals(child.stdinText, "hello world");
});

Deno.test("StdinQueue lets 128 writes wait for the child, and then the writer", async () => {
  const { child, queue } = queueWithRoom(0);
  fill(queue);
  const first = queue.write("a", bytes("a"), never);
  const second = queue.write("b", bytes("b"), never);
  assertEquals([await peek(first), await peek(second)], ["waiting", "waiting"]);
  child.drainStdin(1);
  assertEquals([await peek(first), await peek(second)], ["accepted", "waiting"]);
  child.drainStdin();
  assertEquals(await second, "accepted");
  assertEquals(child.stdinText, `${".".repeat(limits.queuedWrites)}ab`);
});

Deno.test("StdinQueue counts bytes too: few large writes make a writer wait", async () => {
  const { child, queue } = queueWithRoom(0);
  const large = new Uint8Array(limits.queuedWriteBytes);
  assertEquals(queue.write("large", large, never), "accepted");
  const small = queue.write("small", bytes("s"), never);
  assertEquals(await peek(small), "waiting");
  child.drainStdin(1);
  assertEquals(await peek(small), "accepted");
  child.drainStdin();
  assertEquals(child.stdin.reduce((sum, piece) => sum + piece.byteLength, 0), large.byteLength + 1);
});

Deno.test("StdinQueue lets no write overtake one that waits", async () => {
  const { child, queue } = queueWithRoom(0);
  fill(queue);
  const outcomes = ["a", "b", "c"].map((id) => queue.write(id, bytes(id), never));
  child.drainStdin();
  assertEquals(await Promise.all(outcomes), ["accepted", "accepted", "accepted"]);
  assertEquals(child.stdinText.slice(-3), "abc");
});

Deno.test("StdinQueue writes an id once when both its writes had to wait", async () => {
  const { child, queue } = queueWithRoom(0);
  fill(queue);
  const outcomes = ["x", "y"].map((text) => queue.write("same", bytes(text), never));
  child.drainStdin();
  assertEquals(await Promise.all(outcomes), ["accepted", "accepted"]);
  assertEquals(child.stdinText.slice(-1), "x");
});

Deno.test("StdinQueue takes a write of nothing without bothering the child", () => {
  const { child, queue } = queueWithRoom(Infinity);
  assertEquals(queue.write("a", bytes(""), never), "accepted");
  assertEquals(child.stdin.length, 0);
});

Deno.test("StdinQueue abandons a write that waits when its caller is gone, as if never asked", async () => {
  const { child, queue } = queueWithRoom(0);
  fill(queue);
  const gone = new AbortController();
  const outcome = queue.write("a", bytes("a"), gone.signal);
  gone.abort();
  assertEquals(await outcome, "abandoned");
  child.drainStdin();
  assertEquals(queue.write("a", bytes("A"), never), "accepted");
  assertEquals(child.stdinText.slice(-1), "A");
});

Deno.test("StdinQueue abandons at once what a caller asks who is gone already", async () => {
  const { queue } = queueWithRoom(0);
  fill(queue);
  const outcome = queue.write("a", bytes("a"), AbortSignal.abort());
  assertEquals(await peek(outcome), "abandoned");
});

Deno.test("StdinQueue.end() closes after everything that was written before", async () => {
  const { child, queue } = queueWithRoom(0);
  fill(queue);
  const waiting = queue.write("a", bytes("a"), never);
  queue.end();
  assertEquals(child.isStdinClosed, false);
  child.drainStdin();
  assertEquals([await waiting, child.isStdinClosed], ["accepted", true]);
  assertEquals(child.stdinText.slice(-1), "a");
});

Deno.test("StdinQueue.end() closes at once when nothing waits, and twice does no harm", () => {
  const { child, queue } = queueWithRoom(Infinity);
  queue.end();
  queue.end();
  assertEquals(child.isStdinClosed, true);
});

const ends: readonly (readonly [why: "exited" | "killed" | "unread", outcome: WriteOutcome])[] = [
  ["exited", "accepted"],
  ["killed", "killed"],
  ["unread", "unread"],
];

for (const [why, outcome] of ends) {
  Deno.test(`StdinQueue.stop("${why}") answers what waits and what comes: ${outcome}`, async () => {
    const { child, queue } = queueWithRoom(0);
    fill(queue);
    const waiting = queue.write("a", bytes("a"), never);
    queue.stop(why);
    queue.stop("exited");
    assertEquals([await waiting, queue.write("b", bytes("b"), never)], [outcome, outcome]);
    child.drainStdin();
    assertEquals(child.stdinText, "");
  });
}

Deno.test("StdinQueue stops when nobody reads any more", async () => {
  const { child, queue } = queueWithRoom(0);
  fill(queue);
  const waiting = queue.write("a", bytes("a"), never);
  child.isStdinBroken = true;
  child.drainStdin();
  assertEquals([await waiting, queue.write("b", bytes("b"), never)], ["unread", "unread"]);
  const { child: other, queue: fresh } = queueWithRoom(0);
  other.isStdinBroken = true;
  assertEquals(fresh.write("a", bytes("a"), never), "unread");
});

Deno.test("StdinQueue remembers no id whose bytes nobody read", async () => {
  const { child, queue } = queueWithRoom(0);
  fill(queue);
  const outcomes = ["a", "b"].map((id) => queue.write(id, bytes(id), never));
  child.isStdinBroken = true;
  child.drainStdin();
  assertEquals(await Promise.all(outcomes), ["unread", "unread"]);
  assertEquals(["a", "b"].map((id) => queue.write(id, bytes(id), never)), ["unread", "unread"]);
});

Deno.test("StdinQueue admits a thousand waiting writes in order", async () => {
  const { child, queue } = queueWithRoom(0);
  fill(queue);
  const ids = Array.from({ length: limits.concurrentRequests }, (_, i) => `<${i}>`);
  const outcomes = ids.map((id) => queue.write(id, bytes(id), never));
  child.drainStdin();
  assertEquals(new Set(await Promise.all(outcomes)), new Set<WriteOutcome>(["accepted"]));
  assertEquals(child.stdinText, `${".".repeat(limits.queuedWrites)}${ids.join("")}`);
});
