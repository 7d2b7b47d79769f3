/** Bytes that come in pieces and are wanted in one: a block that doubles as it fills. @module */

/** Collects pieces up to a limit; costs what the pieces carry, however many there are. */
export class GrowingBytes {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #length = 0;

  /** Bytes collected. */
  get length(): number {
    return this.#length;
  }

  /**
   * Copies a piece to the end.
   * @param maxBytes never reserve more than this; the caller has checked that the piece fits
   */
  append(piece: Uint8Array<ArrayBuffer>, maxBytes: number): void {
    const needed = this.#length + piece.byteLength;
    if (needed > this.#bytes.byteLength) {
      const grown = new Uint8Array(Math.min(2 * needed, maxBytes));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = needed;
  }

  /** Hands everything over and begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array();
    this.#length = 0;
    return taken;
  }
}
