/** Bytes collected in blocks that grow, and are used again. @module */

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { GrowingBytes } from "../../../protocol/transport/growing_bytes.ts";
import { randomBytes } from "../../support/random_bytes.ts";

const KIB = 1024;

/** Appends so many bytes in pieces. */
function fill(bytes: GrowingBytes, content: Uint8Array<ArrayBuffer>, piece: number): void {
  for (let at = 0; at < content.byteLength; at += piece) {
    bytes.append(content.subarray(at, at + piece), content.byteLength);
  }
}

Deno.test("GrowingBytes gives back what it got, also from blocks that held something else", () => {
  const bytes = new GrowingBytes();
  for (const length of [1, 70_000, 900_000, 300_000, 5, 3_000_000, 900_000]) {
    const content = randomBytes(length, length);
    fill(bytes, content, 60_000);
    assertEquals([bytes.length, bytes.peek().byteLength], [length, length]);
    assertEquals(bytes.take(), content);
    bytes.recycle();
    assertEquals(bytes.length, 0);
  }
});

Deno.test("GrowingBytes leaves what was taken alone until it is recycled", () => {
  const bytes = new GrowingBytes();
  const content = randomBytes(600 * KIB);
  fill(bytes, content, 64 * KIB);
  const taken = bytes.take();
  fill(bytes, randomBytes(600 * KIB, 2), 64 * KIB);
  assertEquals(taken, content);
});

Deno.test("GrowingBytes reserves little more than twice what came, and a spare at most", () => {
  const spare = new GrowingBytes();
  fill(spare, randomBytes(2048 * KIB), 64 * KIB);
  spare.take();
  spare.recycle();
  const bytes = new GrowingBytes();
  bytes.append(randomBytes(1000), 16 * KIB * KIB);
  assertEquals(bytes.take().buffer.byteLength, 2000);
  bytes.append(randomBytes(70_000), 16 * KIB * KIB);
  assertLessOrEqual(bytes.take().buffer.byteLength, 2048 * KIB);
  // There are few spares; who comes later gets memory in proportion.
  for (let i = 0; i < 3; i++) bytes.append(randomBytes(70_000), 16 * KIB * KIB);
  const { buffer } = bytes.take();
  assert(buffer.byteLength <= 2048 * KIB);
});

Deno.test("GrowingBytes forgets when told to", () => {
  const bytes = new GrowingBytes();
  bytes.append(randomBytes(10), 100);
  bytes.clear();
  bytes.append(new Uint8Array([1]), 100);
  assertEquals(bytes.take(), new Uint8Array([1]));
});
