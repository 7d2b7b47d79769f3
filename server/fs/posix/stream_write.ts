/** Writes to what has no places, such as a FIFO: it takes bytes as they come. @module */

import { FileFault, isFault } from "../file_fault.ts";
import type { FileLibrary } from "./file_calls.ts";
import type { FilePool } from "./file_pool.ts";

/** What it works with. */
export interface StreamParts {
  /** The C library. */
  readonly library: FileLibrary;
  /** Where calls wait. */
  readonly pool: FilePool;
}

/** A pipe holds no more, as a rule. */
const PIECE_BYTES = 64 * 1024;
/** A call that failed is made again for its reason, and with so little that it cannot take long. */
const AGAIN_BYTES = 4096;
// A wait in the pool is short, so that other waits get its place in between.
const WAIT_MS = 250;
/** After ten seconds without room nobody is taken to read any more. */
const MOST_WAITS = 40;
const WRITABLE = 0x04;

/**
 * Writes all, as fast as it is read at the other end.
 * @throws {FileFault} EAGAIN when nothing is read for long, EPIPE when the reader is gone; what it
 * has read by then stays read
 */
export async function writeStream(
  number: number,
  bytes: Uint8Array<ArrayBuffer>,
  parts: StreamParts,
): Promise<void> {
  for (let written = 0, waits = 0; written < bytes.byteLength;) {
    const piece = bytes.subarray(written, written + PIECE_BYTES);
    try {
      written += await writePiece(number, piece, parts);
      waits = 0;
    } catch (error) {
      if (!isFault(error, "EAGAIN")) throw error;
      if (++waits > MOST_WAITS) throw FileFault.of("EAGAIN", "Nothing is read at the other end");
      await waitForRoom(number, parts);
    }
  }
}

// Not in the places of local files: who reads at the other end decides how long it takes.
const LANE = "slow";

async function writePiece(
  number: number,
  piece: Uint8Array<ArrayBuffer>,
  { library: { calls }, pool }: StreamParts,
): Promise<number> {
  return await pool.call(LANE, {
    pooled: () => calls.writePool(number, piece, piece.byteLength),
    again: () => calls.write(number, piece, Math.min(AGAIN_BYTES, piece.byteLength)),
  });
}

/** Settles when there is room, or after a while. */
async function waitForRoom(
  number: number,
  { library: { calls }, pool }: StreamParts,
): Promise<void> {
  // struct pollfd: descriptor, events wanted, events found.
  const request = new Int16Array(new ArrayBuffer(8));
  new Int32Array(request.buffer)[0] = number;
  request[2] = WRITABLE;
  await pool.call(LANE, {
    pooled: () => calls.pollPool(request, 1, WAIT_MS),
    again: () => calls.poll(request, 1, 0),
  });
}
