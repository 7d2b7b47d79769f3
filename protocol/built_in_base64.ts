/** The runtime's own base64, and the same from older means where it has none yet. @module */

// Node has them from version 25 on.
const isBuiltIn = "fromBase64" in Uint8Array;

// `apply` takes its arguments from the stack.
const PIECE_BYTES = 8 * 1024;

/** Bytes as standard, padded base64. */
export function toBase64(bytes: Uint8Array): string {
  return isBuiltIn ? bytes.toBase64() : btoa(binaryText(bytes));
}

/** Bytes as base64 that may stand in a URL, without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return isBuiltIn
    ? bytes.toBase64({ alphabet: "base64url", omitPadding: true })
    : toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Bytes of standard, padded base64 without stray bits. White space may be skipped, or refused.
 * @throws {Error} of any class when it is something else
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (isBuiltIn) return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  const bytes = bytesOf(atob(text));
  const groups = Math.ceil(bytes.byteLength / 3);
  const last = bytes.subarray((groups - 1) * 3);
  // There is one spelling only; `atob` forgives others. White space and missing padding change the
  // length, stray bits the last group.
  if (text.length === groups * 4 && toBase64(last) === text.slice(-4)) return bytes;
  throw new SyntaxError("Cannot read base64: it is not canonical");
}

/**
 * Bytes of base64 from a URL; stray bits are forgiven.
 * @throws {Error} of any class when it is something else
 */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return isBuiltIn
    ? Uint8Array.fromBase64(text, { alphabet: "base64url" })
    : bytesOf(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
}

/**
 * Puts the bytes of standard, padded base64 at the beginning of a place that is large enough.
 * @returns how many they are
 * @throws {Error} as `fromBase64`
 */
export function setFromBase64(place: Uint8Array, text: string): number {
  if (isBuiltIn) return place.setFromBase64(text, { lastChunkHandling: "strict" }).written;
  const bytes = fromBase64(text);
  place.set(bytes);
  return bytes.byteLength;
}

/** A string with a character for every byte. */
function binaryText(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) {
    const piece: string = Reflect.apply(
      String.fromCharCode,
      undefined,
      bytes.subarray(start, start + PIECE_BYTES),
    );
    text += piece;
  }
  return text;
}

function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
