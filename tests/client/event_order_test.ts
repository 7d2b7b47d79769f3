/** That events come out in sequence, each once, whatever order they came in. @module */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ExecServerError } from "../../client/errors.ts";
import { EventOrder } from "../../client/event_order.ts";
import type { ObservedEvent, ProcessEvent } from "../../client/process_events.ts";
import { limits } from "../../protocol/limits.ts";
import type { OutputChunk, ReadResult } from "../../protocol/methods/process.ts";

function output(seq: number, bytes = 1): ProcessEvent {
  return { type: "output", seq, stream: "stdout", chunk: new Uint8Array(bytes) };
}

function exited(seq: number): ProcessEvent {
  return { type: "exited", seq, exitCode: 3, sandboxDenied: false };
}

function closed(seq: number): ProcessEvent {
  return { type: "closed", seq };
}

function chunk(seq: number): OutputChunk {
  return { seq, stream: "stdout", chunk: new Uint8Array(1) };
}

function answer(fields: Partial<ReadResult>): ReadResult {
  const running = { exited: false, exitCode: null, closed: false, failure: null };
  return { chunks: [], nextSeq: 1, sandboxDenied: false, ...running, ...fields };
}

function seqs(events: readonly ObservedEvent[]): number[] {
  return events.map((event) => event.seq);
}

Deno.test("EventOrder gives every permutation with repeats back in sequence, each event once", () => {
  const whole = [output(1), output(2), exited(3), output(4), closed(5)];
  const arrivals = fc.shuffledSubarray([...whole, ...whole], { minLength: 10 });
  fc.assert(fc.property(arrivals, (events) => {
    const order = new EventOrder("p");
    assertEquals(events.flatMap((event) => order.add(event)), whole);
    assertEquals(order.hasGap, false);
  }));
});

Deno.test("EventOrder drops whatever comes after closed", () => {
  const order = new EventOrder("p");
  order.add(exited(1));
  order.add(closed(2));
  assertEquals(order.add(output(3)), []);
  assertEquals(order.hasGap, false);
});

Deno.test("EventOrder.fill() puts read chunks between what came", () => {
  const order = new EventOrder("p");
  order.add(output(1));
  order.add(output(4));
  assertEquals(order.hasGap, true);
  const filled = order.fill(answer({ chunks: [chunk(2), chunk(3), chunk(4)], nextSeq: 5 }), 4);
  assertEquals(seqs(filled), [2, 3, 4]);
  assertEquals(order.hasGap, false);
});

Deno.test("EventOrder.fill() infers the exit from the one number that no chunk has", () => {
  const order = new EventOrder("p");
  order.add(output(5));
  const read = answer({
    chunks: [chunk(1), chunk(2), chunk(4), chunk(5)],
    nextSeq: 7,
    exited: true,
    exitCode: 9,
    closed: true,
  });
  const filled = order.fill(read, 5);
  assertEquals(filled.map((event) => [event.seq, event.type]), [
    [1, "output"],
    [2, "output"],
    [3, "exited"],
    [4, "output"],
    [5, "output"],
    [6, "closed"],
  ]);
  assertEquals(filled[2], { type: "exited", seq: 3, exitCode: 9, sandboxDenied: false });
});

Deno.test("EventOrder.fill() names the numbers that are lost", () => {
  const order = new EventOrder("p");
  order.add(output(1));
  order.add(output(9));
  const read = answer({ chunks: [chunk(4), chunk(6), chunk(7), chunk(8)], nextSeq: 10 });
  const error = assertThrows(() => order.fill(read, 9), ExecServerError);
  assertEquals(error.kind, "outputLost");
  assertEquals(
    error.message,
    'Events 2 to 3, 5 of process "p" are lost: the server no longer keeps them',
  );
});

Deno.test("EventOrder.fill() does not take a lost chunk for an exit that came already", () => {
  const order = new EventOrder("p");
  order.add(exited(1));
  order.add(output(3));
  const read = answer({ chunks: [chunk(3)], nextSeq: 4, exited: true, exitCode: 0 });
  const error = assertThrows(() => order.fill(read, 3), ExecServerError);
  assertEquals(error.kind, "outputLost");
});

Deno.test("EventOrder.fill() refuses an answer that does not reach what was seen", () => {
  const order = new EventOrder("p");
  order.add(output(3));
  const read = answer({ chunks: [chunk(1)], nextSeq: 2 });
  const error = assertThrows(() => order.fill(read, 3), ExecServerError);
  assertEquals(error.kind, "outputLost");
});

Deno.test("EventOrder.fill() survives a number no loop could count to", () => {
  const order = new EventOrder("p");
  order.add(output(3));
  const read = answer({ chunks: [], nextSeq: 2 ** 60 });
  assertThrows(() => order.fill(read, 3), ExecServerError);
});

Deno.test("EventOrder.fill() refuses a chunk where the close must be", () => {
  const order = new EventOrder("p");
  order.add(output(2));
  const read = answer({
    chunks: [chunk(1), chunk(2)],
    nextSeq: 3,
    exited: true,
    exitCode: 0,
    closed: true,
  });
  const error = assertThrows(() => order.fill(read, 2), ExecServerError);
  assertEquals(error.kind, "protocol");
});

Deno.test("EventOrder.fill() reports what the server says it lost", () => {
  const order = new EventOrder("p");
  order.add(output(2));
  const error = assertThrows(
    () => order.fill(answer({ nextSeq: 3, failure: "spool broken" }), 2),
    ExecServerError,
  );
  assertEquals(error.kind, "processLost");
  assertEquals(error.message, 'Process "p" was lost by the server: spool broken');
});

Deno.test("EventOrder lets go of early output beyond its bounds and finds it again", () => {
  const order = new EventOrder("p");
  const last = limits.reorderEvents + 10;
  for (let seq = 2; seq <= last; seq++) order.add(output(seq));
  const first = order.add(output(1));
  assertEquals(seqs(first).at(-1), limits.reorderEvents + 1);
  assertEquals(order.hasGap, true);
  const chunks: OutputChunk[] = [];
  for (let seq = order.published + 1; seq <= last; seq++) chunks.push(chunk(seq));
  assertEquals(seqs(order.fill(answer({ chunks, nextSeq: last + 1 }), last)).at(-1), last);
  assertEquals(order.hasGap, false);
});

Deno.test("EventOrder keeps an early exit and close even when output has no room", () => {
  const order = new EventOrder("p");
  order.add(output(2, limits.clientBufferBytes));
  order.add(output(3));
  order.add(exited(4));
  order.add(closed(5));
  assertEquals(seqs(order.add(output(1))), [1, 2]);
  const read = answer({ chunks: [chunk(3)], nextSeq: 6, exited: true, exitCode: 3, closed: true });
  assertEquals(order.fill(read, 5), [output(3), exited(4), closed(5)]);
});
