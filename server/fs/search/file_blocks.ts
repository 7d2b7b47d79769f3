/** The content of a text file in pieces of whole lines. @module */

import type { OpenFile } from "../file_system.ts";

/** Bytes read at a time. */
const BLOCK_BYTES = 256 * 1024;

/** A file with a zero byte in its first so many bytes is not text. */
const LOOK_BYTES = 8192;

/** A longer line is taken in pieces of this size. */
const MOST_LINE_BYTES = 16 * 1024 * 1024;

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = "\ufeff";

/** A piece of a file. */
export interface Block {
  /** Lines; bytes that are not UTF-8 are replaced. */
  readonly text: string;
  /** Number of line ends before it. */
  readonly line: number;
}

/** Reads files one after the other, always into the same memory. */
export class BlockReader {
  #buffer = new Uint8Array(BLOCK_BYTES);
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /**
   * The lines of a file, none when it is not text.
   * @param size where to stop, so that what grows all the time is not read for ever; 0: at its end
   */
  async *blocks(file: Pick<OpenFile, "read">, size: number): AsyncGenerator<Block> {
    let [line, filled, offset] = [0, 0, 0];
    let isFirst = true;
    const end = size === 0 ? Infinity : size;
    for (;;) {
      if (filled === this.#buffer.byteLength) this.#grow();
      const wanted = Math.min(this.#buffer.byteLength - filled, end - offset);
      const count = await file.read(this.#buffer.subarray(filled, filled + wanted), offset);
      if (offset === 0 && this.#buffer.subarray(0, Math.min(count, LOOK_BYTES)).includes(0)) return;
      offset += count;
      filled += count;
      if (filled === 0) return;
      const isLast = count < wanted || offset === end;
      const whole = isLast ? filled : this.#wholeLines(filled);
      if (whole === 0) continue;
      const text = this.#decoder.decode(this.#buffer.subarray(0, whole));
      yield { text: isFirst && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text, line };
      isFirst = false;
      if (isLast) return;
      line += this.#countLines(whole);
      this.#buffer.copyWithin(0, whole, filled);
      filled -= whole;
    }
  }

  /** Bytes up to the last end of a line; all of them when they are one endless line. */
  #wholeLines(filled: number): number {
    const whole = this.#buffer.subarray(0, filled).lastIndexOf(NEWLINE) + 1;
    return whole === 0 && filled >= MOST_LINE_BYTES ? filled : whole;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.min(MOST_LINE_BYTES, this.#buffer.byteLength * 4));
    larger.set(this.#buffer);
    this.#buffer = larger;
  }

  #countLines(whole: number): number {
    let lines = 0;
    for (let at = 0; at < whole; at++) if (this.#buffer[at] === NEWLINE) lines++;
    return lines;
  }
}
