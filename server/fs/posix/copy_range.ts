/** Copies a piece of one file to the same place of another. @module */

import { FileFault, isFault } from "../file_fault.ts";
import type { OpenFile } from "../file_system.ts";
import type { FileLibrary } from "./file_calls.ts";
import { errorNumbers } from "./file_numbers.ts";
import type { FilePool } from "./file_pool.ts";
import type { Lane } from "./mount_table.ts";

/** What to copy. */
export interface CopyRange {
  /** Where from. */
  readonly source: OpenFile;
  /** Where to. */
  readonly target: OpenFile;
  /** Place in both. */
  readonly offset: number;
  /** How many bytes at most. */
  readonly length: number;
}

/** The two files as the kernel knows them. */
export interface KernelCopy {
  /** The C library. */
  readonly library: FileLibrary;
  /** Where calls wait. */
  readonly pool: FilePool;
  /** In which lane. */
  readonly lane: Lane;
  /** Descriptor of the source. */
  readonly from: number;
  /** Descriptor of the target. */
  readonly to: number;
}

/** One call in the pool takes so much, so that nobody waits long for its place. */
const STEP_BYTES = 16 << 20;
const BUFFER_BYTES = 1 << 20;
/** A call made again on the event loop, for its reason, takes so little. */
const AGAIN_BYTES = 4096;

/** Number of copied bytes: less than asked for only at the end. @throws {FileFault} */
export async function copyRange(
  range: CopyRange,
  kernel: KernelCopy | undefined,
): Promise<number> {
  if (kernel === undefined) return await copyThroughMemory(range);
  let copied = 0;
  try {
    while (copied < range.length) {
      const size = Math.min(STEP_BYTES, range.length - copied);
      const count = await copyStep(kernel, range.offset + copied, size);
      if (count === 0) break;
      copied += count;
    }
    // Files of `/proc` have no end that the kernel's copying could see: all of it is left to copy.
    if (copied > 0 || range.length === 0) return copied;
  } catch (error) {
    if (!isFault(error, "EXDEV", "EINVAL", "EOPNOTSUPP", "EPERM") && !isMissing(error)) throw error;
  }
  const { offset, length } = range;
  const rest = { ...range, offset: offset + copied, length: length - copied };
  return copied + await copyThroughMemory(rest);
}

function isMissing(error: unknown): boolean {
  return error instanceof FileFault && error.errno === errorNumbers.ENOSYS;
}

async function copyStep(kernel: KernelCopy, offset: number, size: number): Promise<number> {
  const { library: { calls }, pool, lane, from, to } = kernel;
  // Each of the two places is read and moved on by the kernel.
  const here = BigInt64Array.of(BigInt(offset));
  const there = BigInt64Array.of(BigInt(offset));
  const little = Math.min(AGAIN_BYTES, size);
  return await pool.call(lane, {
    pooled: () => calls.copyFileRangePool(from, here, to, there, size, 0),
    again: () => calls.copyFileRange(from, here, to, there, little, 0),
  });
}

async function copyThroughMemory(range: CopyRange): Promise<number> {
  const { source, target, offset, length } = range;
  const buffer = new Uint8Array(Math.min(BUFFER_BYTES, length));
  let copied = 0;
  while (copied < length) {
    const wanted = buffer.subarray(0, Math.min(buffer.byteLength, length - copied));
    const count = await source.read(wanted, offset + copied);
    if (count === 0) break;
    await target.write(buffer.subarray(0, count), offset + copied);
    copied += count;
  }
  return copied;
}
