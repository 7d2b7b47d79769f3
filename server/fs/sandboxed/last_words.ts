/** The last line that a program has written to standard error. @module */

const MOST_BYTES = 4096;
const MOST_LENGTH = 200;
// deno-lint-ignore no-control-regex
const ESCAPES = /\x1b\[[0-9;]*m/g;

/** Keeps the end of what is written. */
export class LastWords {
  #kept = new Uint8Array();

  /** Takes what was written. */
  add(bytes: Uint8Array<ArrayBuffer>): void {
    const kept = new Uint8Array(this.#kept.byteLength + bytes.byteLength);
    kept.set(this.#kept);
    kept.set(bytes, this.#kept.byteLength);
    this.#kept = kept.slice(-MOST_BYTES);
  }

  /** The last line that says something, after a colon; empty when there is none. */
  get text(): string {
    const lines = new TextDecoder().decode(this.#kept).replaceAll(ESCAPES, "").split("\n");
    const last = lines.map((line) => line.trim()).findLast((line) => line !== "");
    return last === undefined ? "" : `: ${last.slice(0, MOST_LENGTH)}`;
  }
}
