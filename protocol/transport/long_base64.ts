/** A long message of base64 that is encoded while it is sent. @module */

import { base64Length, writeBase64 } from "../base64.ts";
import type { LongMessage } from "./send_queue.ts";
import type { TextFrame } from "./text_frame.ts";
import type { Base64Text } from "./transport.ts";
import { applyMask } from "./websocket_frame.ts";

const encoder = new TextEncoder();

/** A frame around `before`, the base64 of `bytes` and `after`. */
export class LongBase64 implements LongMessage {
  readonly length: number;
  readonly #frame: TextFrame;
  readonly #before: Uint8Array<ArrayBuffer>;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #after: Uint8Array<ArrayBuffer>;
  readonly #release: (() => void) | undefined;
  readonly #textLength: number;
  #mask: number | undefined;
  /** Bytes of the text that are written. */
  #written = 0;
  /** Of `#bytes`, those that are encoded. */
  #encoded = 0;

  /** @param text may hold any characters; its `before` and its `after` must fit into one piece */
  constructor(text: Base64Text, frame: TextFrame) {
    this.#frame = frame;
    this.#before = encoder.encode(text.before);
    this.#bytes = text.bytes;
    this.#after = encoder.encode(text.after);
    this.#release = text.release;
    this.#textLength = this.#before.byteLength + base64Length(this.#bytes.byteLength) +
      this.#after.byteLength;
    this.length = frame.headLength(this.#textLength) + this.#textLength + frame.tailLength;
  }

  /** Writes the next piece. */
  next(place: Uint8Array<ArrayBuffer>): number {
    const start = this.#written === 0 ? this.#begin(place) : 0;
    const from = this.#written;
    let at = start;
    if (from === 0) at = this.#add(this.#before, place, at);
    at = this.#addBase64(place, at);
    const isLast = this.#encoded === this.#bytes.byteLength &&
      at + this.#after.byteLength + this.#frame.tailLength <= place.byteLength;
    if (isLast) at = this.#add(this.#after, place, at);
    this.#written += at - start;
    if (this.#mask !== undefined) applyMask(place.subarray(start, at), this.#mask, from);
    if (!isLast) return at;
    this.#frame.end(place.subarray(at));
    return at + this.#frame.tailLength;
  }

  /** Lets go of the bytes. */
  end(): void {
    this.#release?.();
  }

  #begin(place: Uint8Array<ArrayBuffer>): number {
    this.#mask = this.#frame.begin(place, this.#textLength);
    return this.#frame.headLength(this.#textLength);
  }

  #add(bytes: Uint8Array<ArrayBuffer>, place: Uint8Array<ArrayBuffer>, at: number): number {
    place.set(bytes, at);
    return at + bytes.byteLength;
  }

  /** As much as fits, in whole groups of three bytes as long as more follow. */
  #addBase64(place: Uint8Array<ArrayBuffer>, at: number): number {
    const groups = Math.floor((place.byteLength - at) / 4);
    const bytes = this.#bytes.subarray(this.#encoded, this.#encoded + groups * 3);
    const length = base64Length(bytes.byteLength);
    writeBase64(bytes, place.subarray(at, at + length), true);
    this.#encoded += bytes.byteLength;
    return at + length;
  }
}
