/** Bytes that come as pieces of base64. @module */

import { setFromBase64, toBase64 } from "../built_in_base64.ts";
import { lendBlock, lendSpare, takeBack } from "../spare_blocks.ts";

// Not the decoder that insists on UTF-8, for it is slower; what it would refuse is no base64 either.
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** A multiple of four. Such strings are small garbage, if they outlive a collection once. */
const PIECE_CHARACTERS = 16 * 1024;
const GROUP_CHARACTERS = 4;
const SIGNS = /^[A-Za-z0-9+/=]*$/;

/** Decodes standard, padded base64 as it comes. */
export class GrowingBase64 {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #length = 0;
  /** The first characters of a group, which wait for those that follow. */
  readonly #rest = new Uint8Array(GROUP_CHARACTERS);
  #restLength = 0;
  #isPadded = false;

  /** Whether what has come could be all. */
  get isWhole(): boolean {
    return this.#restLength === 0;
  }

  /**
   * Decodes a piece.
   * @param maxCharacters never reserve for more characters than this
   * @returns false when it is not base64; then nothing has changed
   */
  append(ascii: Uint8Array, maxCharacters: number): boolean {
    const { byteLength } = ascii;
    this.#reserve(byteLength + this.#restLength, maxCharacters);
    const before = { length: this.#length, isPadded: this.#isPadded };
    const missing = this.#restLength === 0 ? 0 : GROUP_CHARACTERS - this.#restLength;
    const wholeEnd = byteLength - (byteLength - missing) % GROUP_CHARACTERS;
    const isShort = byteLength < missing;
    const rest = isShort ? ascii : ascii.subarray(wholeEnd);
    const isDecoded = SIGNS.test(lenient.decode(rest)) &&
      (isShort || (this.#decodeRestWith(ascii.subarray(0, missing)) &&
        this.#decode(ascii.subarray(missing, wholeEnd))));
    if (!isDecoded) {
      ({ length: this.#length, isPadded: this.#isPadded } = before);
      return false;
    }
    if (!isShort) this.#restLength = 0;
    this.#rest.set(rest, this.#restLength);
    this.#restLength += rest.byteLength;
    return true;
  }

  /** Hands the bytes over. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** The base64 of what has come, and lets go of it: there is one spelling only. */
  takeText(): string {
    const text = toBase64(this.take()) + lenient.decode(this.#rest.subarray(0, this.#restLength));
    takeBack(this.#bytes);
    return text;
  }

  #decodeRestWith(first: Uint8Array): boolean {
    if (first.byteLength === 0) return true;
    const group = this.#rest.slice();
    group.set(first, this.#restLength);
    return this.#decode(group);
  }

  /** Decodes whole groups. */
  #decode(ascii: Uint8Array): boolean {
    for (let start = 0; start < ascii.byteLength; start += PIECE_CHARACTERS) {
      if (!this.#decodePiece(lenient.decode(ascii.subarray(start, start + PIECE_CHARACTERS)))) {
        return false;
      }
    }
    return true;
  }

  #decodePiece(text: string): boolean {
    // Nothing may follow an end.
    if (this.#isPadded) return false;
    const place = this.#bytes.subarray(this.#length);
    try {
      const written = setFromBase64(place, text);
      this.#length += written;
      // Less is written where there is white space, and at an end with padding.
      const missing = text.length / GROUP_CHARACTERS * 3 - written;
      const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
      this.#isPadded = padding > 0;
      return missing === padding;
    } catch {
      return false;
    }
  }

  #reserve(characters: number, maxCharacters: number): void {
    const needed = this.#length + Math.ceil(characters / 4) * 3;
    if (needed <= this.#bytes.byteLength) return;
    const most = Math.ceil(maxCharacters / 4) * 3;
    const grown = lendSpare(most) ??
      (4 * needed < most ? new Uint8Array(4 * needed) : lendBlock(most));
    grown.set(this.#bytes.subarray(0, this.#length));
    takeBack(this.#bytes);
    this.#bytes = grown;
  }
}
