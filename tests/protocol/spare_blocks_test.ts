/** Blocks are used again, and only those that were lent. @module */

import { assert, assertEquals } from "@std/assert";
import { limits } from "../../protocol/limits.ts";
import { lendBlock, lendSpare, takeBack } from "../../protocol/spare_blocks.ts";

const BLOCK = limits.maxBlockBytes;

Deno.test("lendBlock() gives a block again that was taken back, by any part of it", () => {
  const block = lendBlock(BLOCK);
  takeBack(block.subarray(5, 6));
  const again = lendBlock(BLOCK - 1);
  assertEquals([again.buffer === block.buffer, again.byteLength], [true, BLOCK - 1]);
  takeBack(again);
});

Deno.test("lendBlock() never gives a block twice that was taken back twice", () => {
  const block = lendBlock(BLOCK);
  takeBack(block);
  takeBack(block);
  const two = [lendBlock(BLOCK), lendBlock(BLOCK)];
  assert(two[0]?.buffer !== two[1]?.buffer);
  two.forEach(takeBack);
});

Deno.test("takeBack() leaves alone what was not lent", () => {
  const foreign = new Uint8Array(lendBlock(BLOCK).buffer.byteLength);
  takeBack(foreign);
  const lent = Array.from({ length: 6 }, () => lendBlock(BLOCK));
  assert(lent.every(({ buffer }) => buffer !== foreign.buffer));
  lent.forEach(takeBack);
});

Deno.test("lendBlock() makes small places and very large ones of their own size", () => {
  for (const length of [0, 1, limits.maxChunkBytes, 2 * BLOCK]) {
    assertEquals(lendBlock(length).buffer.byteLength, length);
  }
});

Deno.test("lendSpare() gives what is there already, and makes nothing", () => {
  const lent: Uint8Array<ArrayBuffer>[] = [];
  for (let spare = lendSpare(BLOCK); spare !== undefined; spare = lendSpare(BLOCK)) {
    lent.push(spare);
  }
  assertEquals(lendSpare(1), undefined);
  const block = lendBlock(BLOCK);
  takeBack(block);
  assertEquals(lendSpare(2 * BLOCK), undefined);
  assertEquals(lendSpare(1)?.buffer, block.buffer);
  takeBack(block);
  lent.forEach(takeBack);
});
