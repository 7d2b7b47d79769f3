/** Collects machine code whose jumps know their targets by name. @module */

/** Writes what an instruction needs to reach its target. @param distance from `at`, in bytes */
export type Patch = (code: DataView, at: number, distance: number) => void;

interface Reference {
  readonly label: string;
  readonly at: number;
  readonly patch: Patch;
}

/** Bytes with named places. */
export class CodeBuffer {
  readonly #bytes: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #references: Reference[] = [];

  /** Appends bytes. */
  bytes(bytes: Iterable<number>): void {
    for (const byte of bytes) this.#bytes.push(byte & 0xff);
  }

  /** Appends 32 bits, the low byte first. */
  word(value: number): void {
    this.bytes([value, value >>> 8, value >>> 16, value >>> 24]);
  }

  /** Appends zeros up to a multiple of `alignment` bytes. */
  align(alignment: number): void {
    while (this.#bytes.length % alignment !== 0) this.#bytes.push(0);
  }

  /**
   * Names this place.
   * @throws {Error} when the name is taken
   */
  label(label: string): void {
    if (this.#labels.has(label)) throw new Error(`Label "${label}" is defined twice`);
    this.#labels.set(label, this.#bytes.length);
  }

  /** Has `patch` called for this place once it is known where `label` is. */
  refer(label: string, patch: Patch): void {
    this.#references.push({ label, at: this.#bytes.length, patch });
  }

  /**
   * The code, with every reference patched.
   * @throws {Error} when a label is missing
   */
  finish(): Uint8Array<ArrayBuffer> {
    const code = new Uint8Array(this.#bytes);
    const view = new DataView(code.buffer);
    for (const { label, at, patch } of this.#references) {
      const target = this.#labels.get(label);
      if (target === undefined) throw new Error(`Label "${label}" is not defined`);
      patch(view, at, target - at);
    }
    return code;
  }
}
