/**
 * The numbered output of one process: the truth that every notification only hints at.
 *
 * Bytes live in one ring per process, so a flood makes no garbage and small chunks cost few bytes.
 * @module
 */

import { limits } from "../../protocol/limits.ts";
import type { OutputChunk, OutputStream } from "../../protocol/methods/process.ts";
import { ChunkIndex } from "./chunk_index.ts";

/** What a reader gets. */
export interface LogSlice {
  /** Output after the given number, oldest first. */
  readonly chunks: OutputChunk[];
  /** Next unused number; if `maxBytes` cut the slice short, the last returned number + 1. */
  readonly nextSeq: number;
}

/** Keeps the newest output, numbers every event, and wakes those who wait for one. */
export class OutputLog {
  readonly #ring = new ByteRing();
  readonly #index = new ChunkIndex();
  #keptBytes = 0;
  #nextSeq = 1;
  #hasForgotten = false;
  readonly #waiters = new Set<() => void>();

  /** The next number to be given. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** Number of the oldest output that is kept; 1 when nothing has been forgotten. */
  get firstSeq(): number {
    return this.#hasForgotten ? this.#index.at(0)?.seq ?? this.#nextSeq : 1;
  }

  /** Bytes of output that can still be read. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Adds output, forgets the oldest beyond the limits, and returns its number. */
  append(stream: OutputStream, bytes: Uint8Array<ArrayBuffer>): number {
    const seq = this.#nextSeq++;
    this.#keptBytes += bytes.byteLength;
    // Room is made before the bytes arrive: the ring overwrites what was evicted.
    while (
      this.#keptBytes > limits.retainedBytes || this.#index.size >= limits.retainedChunks
    ) {
      this.#keptBytes -= this.#index.shift();
      this.#hasForgotten = true;
    }
    const start = this.#ring.append(bytes);
    this.#index.push({ seq, stream, start, length: bytes.byteLength });
    this.#wake();
    return seq;
  }

  /** Gives a number to an event that is not output. */
  mark(): number {
    const seq = this.#nextSeq++;
    this.#wake();
    return seq;
  }

  /**
   * Output after a sequence number, oldest first.
   * @param afterSeq last number the caller has; 0 for none
   * @param maxBytes stop before more raw bytes than this; at least one chunk is returned
   */
  readAfter(afterSeq: number, maxBytes: number | undefined): LogSlice {
    const chunks: OutputChunk[] = [];
    let bytes = 0;
    for (let position = this.#index.positionAfter(afterSeq);; position++) {
      const found = this.#index.at(position);
      if (found === undefined) break;
      const { seq, stream, start, length } = found;
      bytes += length;
      if (maxBytes !== undefined && bytes > maxBytes && chunks.length > 0) break;
      chunks.push({ seq, stream, chunk: this.#ring.copy(start, length) });
    }
    const last = chunks.at(-1);
    const isBounded = maxBytes !== undefined && last !== undefined;
    return { chunks, nextSeq: isBounded ? last.seq + 1 : this.#nextSeq };
  }

  /** Bytes and chunks of the kept output after a number. */
  amountAfter(seq: number): { readonly bytes: number; readonly chunks: number } {
    const position = this.#index.positionAfter(seq);
    const [first, last] = [this.#index.at(position), this.#index.at(this.#index.size - 1)];
    if (first === undefined || last === undefined) return { bytes: 0, chunks: 0 };
    const bytes = last.start + last.length - first.start;
    return { bytes, chunks: this.#index.size - position };
  }

  /** Whether there is output after a number. */
  hasOutputAfter(afterSeq: number): boolean {
    return this.#index.positionAfter(afterSeq) < this.#index.size;
  }

  /** How many wait for the next event. */
  get listeners(): number {
    return this.#waiters.size;
  }

  /** Calls `action` at the next event. @returns takes the call back */
  onNextEvent(action: () => void): () => void {
    this.#waiters.add(action);
    return () => this.#waiters.delete(action);
  }

  #wake(): void {
    if (this.#waiters.size === 0) return;
    const waiting = [...this.#waiters];
    this.#waiters.clear();
    for (const action of waiting) action();
  }
}

/** The last `limits.retainedBytes` of a byte stream, addressed by position in the whole stream. */
class ByteRing {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #written = 0;

  /** Adds bytes (at most the ring's limit) and returns where they start. */
  append(bytes: Uint8Array<ArrayBuffer>): number {
    this.#makeRoom(bytes.byteLength);
    const start = this.#written;
    const at = start % this.#bytes.byteLength;
    const untilEnd = this.#bytes.byteLength - at;
    this.#bytes.set(bytes.subarray(0, untilEnd), at);
    if (bytes.byteLength > untilEnd) this.#bytes.set(bytes.subarray(untilEnd));
    this.#written += bytes.byteLength;
    return start;
  }

  copy(start: number, length: number): Uint8Array<ArrayBuffer> {
    if (length === 0) return new Uint8Array();
    const at = start % this.#bytes.byteLength;
    if (at + length <= this.#bytes.byteLength) return this.#bytes.slice(at, at + length);
    const copied = new Uint8Array(length);
    copied.set(this.#bytes.subarray(at));
    copied.set(
      this.#bytes.subarray(0, length - (this.#bytes.byteLength - at)),
      this.#bytes.byteLength - at,
    );
    return copied;
  }

  /** Grows by doubling up to the limit; from then on the oldest bytes are overwritten. */
  #makeRoom(length: number): void {
    const needed = Math.min(this.#written + length, limits.retainedBytes);
    if (needed <= this.#bytes.byteLength) return;
    let size = Math.max(256, this.#bytes.byteLength);
    while (size < needed) size *= 2;
    const grown = new Uint8Array(Math.min(size, limits.retainedBytes));
    // Until it has its full size nothing was overwritten, so positions are indexes.
    grown.set(this.#bytes.subarray(0, this.#written));
    this.#bytes = grown;
  }
}
