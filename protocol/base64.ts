/** Standard padded base64, as every byte string on the wire. @module */

import { fromBase64, toBase64 } from "./built_in_base64.ts";
import { RpcError } from "./errors.ts";
import { limits } from "./limits.ts";

/** Bytes as standard, padded base64. */
export function encodeBase64(bytes: Uint8Array): string {
  return toBase64(bytes);
}

/**
 * Bytes of standard, padded base64 without white space or stray bits.
 * @throws {RpcError} `invalidParams` that says which symbol is wrong
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    // The built-in decoder skips ASCII white space, which the wire does not allow.
    if (!WHITE_SPACE.test(text)) return fromBase64(text);
  } catch {
    // The built-in error says only that the text is bad; what is bad follows.
  }
  throw new RpcError("invalidParams", describeFault(text));
}

/** Characters that standard, padded base64 of so many bytes has. */
export function base64Length(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4;
}

/**
 * Writes base64 as ASCII into a place of `base64Length` bytes.
 *
 * Long ones are encoded natively, piece by piece through short strings that die young. What a pipe
 * gives at once is encoded by a loop, five times slower and still far faster than any pipe: it
 * makes no string at all, and the strings of an output flood are what would fill the heap.
 * @param isLong whether this is part of something long; by default when it is longer than output
 */
export function writeBase64(
  bytes: Uint8Array,
  place: Uint8Array<ArrayBuffer>,
  isLong: boolean = bytes.byteLength > limits.maxChunkBytes,
): void {
  const pieceBytes = isLong ? NATIVE_PIECE_BYTES : PIECE_BYTES;
  let at = 0;
  for (let start = 0; start < bytes.byteLength; start += pieceBytes) {
    const piece = bytes.subarray(start, start + pieceBytes);
    const length = base64Length(piece.byteLength);
    if (isLong) {
      encoder.encodeInto(toBase64(piece), place.subarray(at));
    } else {
      encodePiece(piece);
      place.set(scratchBytes.subarray(0, length), at);
    }
    at += length;
  }
}

const encoder = new TextEncoder();
const PIECE_BYTES = 48 * 1024;
/** A string of 16 KiB, if it outlives a collection, is small garbage. */
const NATIVE_PIECE_BYTES = 12 * 1024;
/** Base64 of one piece, here because a place may lie at an odd address. */
const scratch = new Uint16Array(base64Length(PIECE_BYTES) / 2);
const scratchBytes = new Uint8Array(scratch.buffer);
const PADDING = "=".charCodeAt(0);
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Two characters for every 12 bits, in the byte order of memory. */
const PAIRS = new Uint16Array(
  new TextEncoder().encode(
    Array.from({ length: 4096 }, (_, i) => `${ALPHABET[i >> 6]}${ALPHABET[i & 63]}`).join(""),
  ).buffer,
);

/** Encodes at most `PIECE_BYTES` into the scratch buffer. */
function encodePiece(bytes: Uint8Array): void {
  const whole = bytes.byteLength - bytes.byteLength % 3;
  let at = 0;
  for (let i = 0; i < whole; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    scratch[at] = PAIRS[group >> 12] ?? 0;
    scratch[at + 1] = PAIRS[group & 0xfff] ?? 0;
    at += 2;
  }
  const rest = bytes.byteLength - whole;
  if (rest === 0) return;
  const group = ((bytes[whole] ?? 0) << 16) | ((bytes[whole + 1] ?? 0) << 8);
  scratch[at] = PAIRS[group >> 12] ?? 0;
  scratch[at + 1] = PAIRS[group & 0xfff] ?? 0;
  scratchBytes.fill(PADDING, (at + 2) * 2 - (3 - rest), (at + 2) * 2);
}

const WHITE_SPACE = /[\t\n\f\r ]/;

function describeFault(text: string): string {
  const body = text.replace(/={1,2}$/, "");
  const offset = body.search(/[^A-Za-z0-9+/]/);
  if (offset >= 0) return `Invalid symbol ${body.charCodeAt(offset)}, offset ${offset}.`;
  if (text.length % 4 !== 0) return "Invalid padding";
  const last = body.length - 1;
  return `Invalid last symbol ${body.charCodeAt(last)}, offset ${last}.`;
}
