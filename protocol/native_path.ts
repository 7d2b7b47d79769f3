/**
 * Native paths of Unix as strings: every sequence of bytes has one, and gets it back unharmed.
 *
 * A byte that is not part of well-formed UTF-8 is the lone surrogate U+DC00 + byte, which no
 * decoded text can hold. Such strings can be joined, split at slashes and compared like others.
 * @module
 */

const ESCAPE = 0xdc00;
const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes of a native path. */
export function nativeBytes(path: string): Uint8Array<ArrayBuffer> {
  if (path.isWellFormed()) return encoder.encode(path);
  const pieces: Uint8Array[] = [];
  for (const part of path.split(ESCAPED)) {
    const escape = isEscape(part) ? part.charCodeAt(0) - ESCAPE : undefined;
    pieces.push(escape === undefined ? encoder.encode(part) : new Uint8Array([escape]));
  }
  return join(pieces);
}

/** The native path of bytes. */
export function nativeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return escapedText(bytes);
  }
}

/** The path for people: what is not UTF-8 is replaced by U+FFFD. */
export function displayPath(path: string): string {
  return path.toWellFormed();
}

// In this mode a surrogate that belongs to a pair is no match.
const ESCAPED = /([\u{DC80}-\u{DCFF}])/u;

function isEscape(part: string): boolean {
  return part.length === 1 && ESCAPED.test(part);
}

function escapedText(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.byteLength;) {
    const length = sequenceLength(bytes, at);
    text += length === 0
      ? String.fromCharCode(ESCAPE + (bytes[at] ?? 0))
      : strict.decode(bytes.subarray(at, at + length));
    at += Math.max(1, length);
  }
  return text;
}

/** Bytes of the character that begins at a place; 0 when none does. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.byteLength;
  }
  return joined;
}
