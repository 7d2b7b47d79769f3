/** Finds the words of a denial in output, fast: it is done at every failure of a confined command. @module */

/** Words that hint at a denial. Source: the reference. */
export const denialWords: readonly string[] = [
  "operation not permitted",
  "permission denied",
  "read-only file system",
  "seccomp",
  "sandbox",
  "landlock",
  "failed to write file",
];

const words = denialWords.map((word) => new TextEncoder().encode(word));

/** How much of each word is looked at first: the shortest has so many bytes. */
const HEAD = Math.min(...words.map((word) => word.byteLength));

/** Words by their first byte, in lower case. */
const byFirst = new Map(
  words.map((word) => [word[0] ?? 0, words.filter((other) => other[0] === word[0])] as const),
);

/**
 * How far to go on from a place, by the three bytes that end there; 0 where the head of a word may
 * end. (The method of Wu and Manber: most text is never looked at, and no text makes it slow.)
 */
const skips = skipTable();

/** Whether one of the words is in bytes of text. Upper and lower case of ASCII are the same. */
export function holdsDenialWord(bytes: Uint8Array): boolean {
  const end = bytes.byteLength;
  for (let at = HEAD - 1; at < end;) {
    const skip = skips[blockAt(bytes, at)] ?? 0;
    if (skip === 0 && beginsWord(bytes, at - HEAD + 1)) return true;
    at += skip === 0 ? 1 : skip;
  }
  return false;
}

function beginsWord(bytes: Uint8Array, from: number): boolean {
  const candidates = byFirst.get(lower(bytes[from] ?? 0));
  if (candidates === undefined) return false;
  for (const word of candidates) if (isAt(bytes, from, word)) return true;
  return false;
}

function isAt(bytes: Uint8Array, from: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.byteLength; index += 1) {
    if (lower(bytes[from + index] ?? 0) !== word[index]) return false;
  }
  return true;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

/** The three bytes that end at a place, five bits of each: these are the same in both cases. */
function blockAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at - 2] ?? 0;
  const second = bytes[at - 1] ?? 0;
  return (first & 31) << 10 | (second & 31) << 5 | (bytes[at] ?? 0) & 31;
}

function skipTable(): Uint8Array {
  const table = new Uint8Array(1 << 15).fill(HEAD - 2);
  for (const word of words) {
    for (let at = 2; at < HEAD; at += 1) {
      const block = blockAt(word, at);
      table[block] = Math.min(table[block] ?? 0, HEAD - 1 - at);
    }
  }
  return table;
}
