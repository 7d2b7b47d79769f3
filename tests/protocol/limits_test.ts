/** What the limits must be to one another, whatever their values become. @module */

import { assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { base64Length } from "../../protocol/base64.ts";
import { limits } from "../../protocol/limits.ts";

Deno.test("a client gives up resuming before the server gives up the session", () => {
  assertLess(limits.recoveryMs + limits.initializeMs, limits.detachedSessionMs);
  assertLess(limits.connectMs, limits.recoveryMs);
});

Deno.test("a process that ended while its client was away can still be read after the resume", () => {
  assertLessOrEqual(limits.recoveryMs, limits.closedProcessMs);
});

Deno.test("the kept times are those the reference keeps", () => {
  assertEquals([limits.detachedSessionMs, limits.closedProcessMs], [80_000, 80_000]);
  assertEquals(limits.pingIntervalMs, 30_000);
});

Deno.test("one output message fits in a frame, and a frame in a message", () => {
  assertLess(base64Length(limits.maxChunkBytes) + 1024, limits.maxFrameBytes);
  assertLessOrEqual(limits.maxFrameBytes, limits.maxMessageBytes);
  assertEquals([limits.maxFrameBytes, limits.maxMessageBytes], [16_777_216, 67_108_864]);
});

Deno.test("a chunk fits in what a process and a client keep", () => {
  assertLessOrEqual(limits.maxChunkBytes, limits.retainedBytes);
  assertLessOrEqual(limits.maxChunkBytes, limits.clientBufferBytes);
});

Deno.test("the whole kept window of a process fits in one answer", () => {
  const chunks = base64Length(limits.retainedBytes) + limits.retainedChunks * 64;
  assertLess(chunks, limits.maxMessageBytes);
});

Deno.test("the largest file that is read in one answer fits in what a client takes", () => {
  assertLess(base64Length(limits.readFileBytes) + 1024, limits.maxAnswerBytes);
});

Deno.test("the low-water mark lies well below the high one", () => {
  assertLessOrEqual(limits.sendLowWaterBytes * 2, limits.sendHighWaterBytes);
});

Deno.test("the limits on JSON are those of the reference", () => {
  assertEquals([limits.maxDepth, limits.maxValues], [127, 262_144]);
  assertEquals([limits.rememberedWrites, limits.queuedWrites], [4096, 128]);
  assertEquals([limits.retainedBytes, limits.retainedChunks], [1_048_576, 50_000]);
});

Deno.test("a waiting write is still remembered when its turn comes", () => {
  assertLess(limits.queuedWrites + limits.concurrentRequests, limits.rememberedWrites);
});
