/** Message texts on their way into a queue: as UTF-8, inside what marks a message's borders. @module */

import { base64Length, writeBase64 } from "../base64.ts";
import { limits } from "../limits.ts";
import { LongBase64 } from "./long_base64.ts";
import type { SendQueue } from "./send_queue.ts";
import type { TextFrame } from "./text_frame.ts";
import { type Base64Text, joinBase64 } from "./transport.ts";
import { applyMask } from "./websocket_frame.ts";

const encoder = new TextEncoder();

/** What stands around the base64 of a long message must fit into one piece of it, easily. */
const MAX_SURROUNDINGS = 16 * 1024;

/** Writes a text of one byte per character; false when it is not one. */
function putAscii(text: string, place: Uint8Array<ArrayBuffer>): boolean {
  const { read, written } = encoder.encodeInto(text, place);
  return read === text.length && written === text.length;
}

/** Queues a text as UTF-8 inside a frame. */
export function putText(queue: SendQueue, text: string, frame: TextFrame): void {
  // Nearly every message is ASCII; then its length is known before it is encoded.
  if (putWhole(queue, text.length, frame, (place) => putAscii(text, place))) return;
  const bytes = encoder.encode(text);
  putWhole(queue, bytes.byteLength, frame, (place) => {
    place.set(bytes);
    return true;
  });
}

/** Queues `before`, the base64 of `bytes` and `after` inside a frame. */
export function putBase64(queue: SendQueue, text: Base64Text, frame: TextFrame): void {
  const { before, bytes, after, release } = text;
  const isLong = bytes.byteLength > limits.maxChunkBytes &&
    before.length + after.length <= MAX_SURROUNDINGS;
  if (release !== undefined && isLong) return queue.putLong(new LongBase64(text, frame));
  const base64 = base64Length(bytes.byteLength);
  const length = before.length + base64 + after.length;
  // Without making a string of it, unless the texts are not ASCII.
  const isPut = putWhole(queue, length, frame, (place) => {
    const isAscii = putAscii(before, place) && putAscii(after, place.subarray(-after.length));
    if (isAscii) writeBase64(bytes, place.subarray(before.length, before.length + base64));
    return isAscii;
  });
  if (!isPut) putText(queue, joinBase64(text), frame);
  release?.();
}

/** @param write fills the place of a text of so many bytes; false takes the place back */
function putWhole(
  queue: SendQueue,
  length: number,
  frame: TextFrame,
  write: (place: Uint8Array<ArrayBuffer>) => boolean,
): boolean {
  const head = frame.headLength(length);
  return queue.put(head + length + frame.tailLength, (place) => {
    const text = place.subarray(head, head + length);
    if (!write(text)) return false;
    const mask = frame.begin(place, length);
    if (mask !== undefined) applyMask(text, mask);
    frame.end(place.subarray(head + length));
    return true;
  });
}
