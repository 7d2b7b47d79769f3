/**
 * Which output chunks are kept, and where their bytes are: a queue in flat memory.
 *
 * A program that writes byte by byte makes 50 000 chunks; as objects they would cost many times
 * what they describe.
 * @module
 */

import { limits } from "../../protocol/limits.ts";
import type { OutputStream } from "../../protocol/methods/process.ts";

/** One kept chunk. */
export interface IndexedChunk {
  /** Number in the process's one sequence. */
  readonly seq: number;
  /** Where it came from. */
  readonly stream: OutputStream;
  /** Position of its first byte among all bytes ever written. */
  readonly start: number;
  /** Bytes it has. */
  readonly length: number;
}

const STREAMS: readonly OutputStream[] = ["stdout", "stderr", "pty"];

/** Chunks in order of their numbers; the oldest leave first. */
export class ChunkIndex {
  #capacity = 0;
  #seqs = new Float64Array(0);
  #starts = new Float64Array(0);
  #lengths = new Uint32Array(0);
  #streams = new Uint8Array(0);
  /** Place of the oldest. */
  #first = 0;
  #size = 0;

  /** Chunks kept. */
  get size(): number {
    return this.#size;
  }

  /** Adds a chunk; the caller has made sure that there are less than `limits.retainedChunks`. */
  push(chunk: IndexedChunk): void {
    if (this.#size === this.#capacity) this.#grow();
    const place = (this.#first + this.#size) % this.#capacity;
    this.#seqs[place] = chunk.seq;
    this.#starts[place] = chunk.start;
    this.#lengths[place] = chunk.length;
    this.#streams[place] = STREAMS.indexOf(chunk.stream);
    this.#size++;
  }

  /** Removes the oldest and returns how many bytes it had; 0 when there is none. */
  shift(): number {
    if (this.#size === 0) return 0;
    const length = this.#lengths[this.#first] ?? 0;
    this.#first = (this.#first + 1) % this.#capacity;
    this.#size--;
    return length;
  }

  /** The chunk at a position from the oldest on; undefined beyond the newest. */
  at(position: number): IndexedChunk | undefined {
    if (position < 0 || position >= this.#size) return undefined;
    const place = (this.#first + position) % this.#capacity;
    return {
      seq: this.#seqs[place] ?? 0,
      stream: STREAMS[this.#streams[place] ?? 0] ?? "stdout",
      start: this.#starts[place] ?? 0,
      length: this.#lengths[place] ?? 0,
    };
  }

  /** Position of the first chunk with a number above `seq`; `size` when there is none. */
  positionAfter(seq: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      const place = (this.#first + middle) % this.#capacity;
      if ((this.#seqs[place] ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const capacity = Math.min(Math.max(8, this.#capacity * 2), limits.retainedChunks);
    this.#seqs = this.#moved(this.#seqs, new Float64Array(capacity));
    this.#starts = this.#moved(this.#starts, new Float64Array(capacity));
    this.#lengths = this.#moved(this.#lengths, new Uint32Array(capacity));
    this.#streams = this.#moved(this.#streams, new Uint8Array(capacity));
    this.#capacity = capacity;
    this.#first = 0;
  }

  /** Copies a full ring so that its oldest entry comes first. */
  #moved<T extends Float64Array | Uint32Array | Uint8Array>(from: T, to: T): T {
    to.set(from.subarray(this.#first));
    to.set(from.subarray(0, this.#first), from.length - this.#first);
    return to;
  }
}
