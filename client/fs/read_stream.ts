/** The bytes of a file at a server as a web stream. @module */

import type { FileCalls } from "./calls.ts";
import { BLOCK_BYTES, openHandle, type RemoteFileHandle } from "./file_handle.ts";
import type { FilePath, RangeOptions } from "./file_system.ts";

/** Blocks asked for before they are wanted: enough to keep a connection busy across its delay. */
const READ_AHEAD = 4;

/**
 * A file's bytes in blocks of up to 1 MiB. Opened when first read from; closed at the end, and on
 * error, cancel and abort.
 */
export function readStream(
  calls: FileCalls,
  path: FilePath,
  options: RangeOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = new BlockReader(calls, path, options);
  return new ReadableStream({
    async pull(controller) {
      const block = await reader.next();
      if (block === undefined) controller.close();
      else controller.enqueue(block);
    },
    cancel: () => reader.abandon(),
  }, { highWaterMark: 0 });
}

/** A block that has been asked for. */
interface AskedBlock {
  readonly length: number;
  readonly bytes: Promise<Uint8Array<ArrayBuffer>>;
}

/** Reads blocks in order, a few of them ahead. */
class BlockReader {
  readonly #calls: FileCalls;
  readonly #path: FilePath;
  readonly #signal: AbortSignal | undefined;
  readonly #end: number;
  #ahead: AskedBlock[] = [];
  #nextOffset: number;
  #handle: RemoteFileHandle | undefined;
  #isOver = false;

  constructor(calls: FileCalls, path: FilePath, { offset = 0, length, signal }: RangeOptions) {
    this.#calls = calls;
    this.#path = path;
    this.#signal = signal;
    this.#nextOffset = offset;
    this.#end = length === undefined ? Infinity : offset + length;
  }

  /** The next block; undefined at the end. */
  async next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#isOver) return undefined;
    try {
      const opening = this.#handle ?? openHandle(this.#calls, this.#path, { signal: this.#signal });
      const handle = this.#handle = await opening;
      this.#askAhead(handle);
      const block = this.#ahead.shift();
      const bytes = await block?.bytes;
      // Cancelled while it was waited for.
      if (this.#isOver) return undefined;
      const isLast = block === undefined || bytes === undefined || bytes.byteLength < block.length;
      if (isLast) await this.#finish(handle);
      return bytes?.byteLength === 0 ? undefined : bytes;
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** Lets go of the file; what was asked for is nobody's concern any more. */
  abandon(): void {
    this.#isOver = true;
    this.#ahead = [];
    this.#handle?.abandon();
  }

  async #finish(handle: RemoteFileHandle): Promise<void> {
    this.#isOver = true;
    this.#ahead = [];
    await handle.close();
  }

  #askAhead(handle: RemoteFileHandle): void {
    while (this.#ahead.length < READ_AHEAD && this.#nextOffset < this.#end) {
      const length = Math.min(BLOCK_BYTES, this.#end - this.#nextOffset);
      const bytes = handle.read(this.#nextOffset, length, { signal: this.#signal });
      // Looked at when its turn comes; until then a failure must not count as unhandled.
      bytes.catch(() => {});
      this.#ahead.push({ length, bytes });
      this.#nextOffset += length;
    }
  }
}
