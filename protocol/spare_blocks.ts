/** Buffers for the content of files; those for blocks are used again and again. @module */

import { limits } from "./limits.ts";

// A little more than a block: it may be lent before it is known how much of a message it is.
const SPARE_BYTES = limits.maxBlockBytes + 16 * 1024;
// As many as a connection or two have in work; more are left to the garbage collector.
const MOST_SPARES = 4;

const spares: ArrayBuffer[] = [];
/** Those lent out, so that nothing else, and nothing twice, is taken back. */
const lent = new WeakSet<ArrayBuffer>();

/** A place for so many bytes. What is in it is not zero: only what was filled may be used. */
export function lendBlock(length: number): Uint8Array<ArrayBuffer> {
  // Small ones are made faster than they are managed, and few are larger.
  if (length <= limits.maxChunkBytes || length > SPARE_BYTES) return new Uint8Array(length);
  const buffer = spares.pop() ?? new ArrayBuffer(SPARE_BYTES);
  lent.add(buffer);
  return new Uint8Array(buffer, 0, length);
}

/** The same, of at least so many bytes, when there is one already; undefined when there is not. */
export function lendSpare(length: number): Uint8Array<ArrayBuffer> | undefined {
  if (spares.length === 0 || length > SPARE_BYTES) return undefined;
  return lendBlock(SPARE_BYTES);
}

/** Takes back what was lent, or a part of it; anything else is left alone. */
export function takeBack({ buffer }: Uint8Array<ArrayBuffer>): void {
  if (lent.delete(buffer) && spares.length < MOST_SPARES) spares.push(buffer);
}
