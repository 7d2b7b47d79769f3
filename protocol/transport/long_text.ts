/**
 * The text of a long message, collected as it comes.
 *
 * A string of megabytes costs more to make, to check and to parse than everything else about a
 * message, so the long base64 in one is decoded on the way. That is a short cut only: what is not
 * plainly a message with one long base64 stays as it came.
 * @module
 */

import { GrowingBase64 } from "./growing_base64.ts";
import { GrowingBytes } from "./growing_bytes.ts";
import type { Base64Text } from "./transport.ts";

/** Shorter messages are quick enough as they are. */
const LONG_BYTES = 32 * 1024;
/** Where in a message the base64 begins, if it is to be found. */
const HEAD_BYTES = 16 * 1024;

/** Members that hold base64, as far as their opening quote. */
const CONTENT = /"(?:chunk|dataBase64)"[\t\n\r ]*:[\t\n\r ]*"/g;
const QUOTE = 0x22;

const encoder = new TextEncoder();
const oneToOne = new TextDecoder("latin1");
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Collects one message after the other. */
export class LongText {
  /** What is not base64: everything, at first; then what stands behind the base64. */
  readonly #bytes = new GrowingBytes();
  #content: { readonly before: string; readonly base64: GrowingBase64 } | undefined;
  #state: "head" | "content" | "tail" | "plain" = "head";
  #length = 0;

  /** Bytes collected. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds a piece.
   * @param maxBytes of the message; never reserve more than these
   * @throws {TypeError} when what stands in front of base64 is not UTF-8
   */
  append(piece: Uint8Array<ArrayBuffer>, maxBytes: number): void {
    this.#length += piece.byteLength;
    if (this.#state === "head") return this.#appendHead(piece, maxBytes);
    if (this.#state === "content") return this.#appendContent(piece, maxBytes);
    this.#bytes.append(piece, maxBytes);
  }

  /**
   * Hands the message over and begins anew.
   * @returns its bytes, valid until `recycle`, or its parts
   * @throws {TypeError} when what stands behind base64 is not UTF-8
   */
  take(): Uint8Array<ArrayBuffer> | Base64Text {
    // Base64 without an end is no message; whoever reads it says so.
    if (this.#state === "content") this.#becomePlain(this.#length);
    const content = this.#content;
    this.#content = undefined;
    this.#state = "head";
    this.#length = 0;
    const bytes = this.#bytes.take();
    if (content === undefined) return bytes;
    return { before: content.before, bytes: content.base64.take(), after: strict.decode(bytes) };
  }

  /** Says that what was taken last is no longer looked at. */
  recycle(): void {
    this.#bytes.recycle();
  }

  #appendHead(piece: Uint8Array<ArrayBuffer>, maxBytes: number): void {
    const isFirst = this.#bytes.length === 0;
    if (!isFirst) this.#bytes.append(piece, maxBytes);
    const all = isFirst ? piece : this.#bytes.peek();
    const start = contentStart(all);
    if (start === undefined) {
      if (isFirst) this.#bytes.append(piece, maxBytes);
      if (all.byteLength >= HEAD_BYTES) this.#state = "plain";
      return;
    }
    this.#content = { before: strict.decode(all.subarray(0, start)), base64: new GrowingBase64() };
    this.#state = "content";
    this.#bytes.clear();
    this.#appendContent(all.subarray(start), maxBytes);
  }

  #appendContent(piece: Uint8Array<ArrayBuffer>, maxBytes: number): void {
    const base64 = this.#content?.base64;
    if (base64 === undefined || base64.append(piece, maxBytes)) return;
    // Looked for only now: it is in one piece of many.
    const end = piece.indexOf(QUOTE);
    const isTaken = end >= 0 && base64.append(piece.subarray(0, end), maxBytes);
    if (isTaken && base64.isWhole) this.#state = "tail";
    else this.#becomePlain(maxBytes);
    this.#bytes.append(isTaken ? piece.subarray(end) : piece, maxBytes);
  }

  /** Puts together again what has been taken apart. */
  #becomePlain(maxBytes: number): void {
    const content = this.#content;
    this.#content = undefined;
    this.#state = "plain";
    if (content === undefined) return;
    this.#bytes.append(encoder.encode(content.before), maxBytes);
    this.#bytes.append(encoder.encode(content.base64.takeText()), maxBytes);
  }
}

/** A whole message in three parts, its base64 decoded; undefined when it must be read as it is. */
export function cutBase64(message: Uint8Array<ArrayBuffer>): Base64Text | undefined {
  if (message.byteLength < LONG_BYTES || contentStart(message) === undefined) return undefined;
  const text = new LongText();
  text.append(message, message.byteLength);
  const parts = text.take();
  return parts instanceof Uint8Array ? undefined : parts;
}

/** Where the first base64 begins that goes on behind the head, or behind what there is of it. */
function contentStart(bytes: Uint8Array<ArrayBuffer>): number | undefined {
  const head = bytes.subarray(0, HEAD_BYTES);
  for (const found of oneToOne.decode(head).matchAll(CONTENT)) {
    const start = found.index + found[0].length;
    if (!head.includes(QUOTE, start)) return start;
  }
  return undefined;
}
