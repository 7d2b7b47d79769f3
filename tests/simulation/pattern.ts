/** Bytes whose place can be told from their value: what programs print, and what is written to them. @module */

// A prime, so that no power of two of bytes can go missing unnoticed; lengths are compared too.
const PERIOD = 65_521;
const LONGEST = 64 * 1024;
const table = makeTable();

/** A place in the bytes of one stream of one process. */
export interface Place {
  /** Tells streams apart. */
  readonly salt: number;
  /** Bytes before it. */
  readonly offset: number;
}

/** The bytes at a place, at most 64 KiB; to be read only. */
export function patternAt({ salt, offset }: Place, length: number): Uint8Array<ArrayBuffer> {
  const at = (offset + salt * 7919) % PERIOD;
  return table.subarray(at, at + Math.min(length, LONGEST));
}

/** The bytes at a place, as many as wanted, in memory of their own. */
export function patternBytes({ salt, offset }: Place, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += LONGEST) {
    bytes.set(patternAt({ salt, offset: offset + at }, length - at), at);
  }
  return bytes;
}

/** Whether bytes are those of a place. */
export function isPattern(place: Place, bytes: Uint8Array): boolean {
  for (let from = 0; from < bytes.byteLength; from += LONGEST) {
    const length = Math.min(LONGEST, bytes.byteLength - from);
    const wanted = patternAt({ ...place, offset: place.offset + from }, length);
    for (let at = 0; at < length; at++) if (bytes[from + at] !== wanted[at]) return false;
  }
  return true;
}

function makeTable(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PERIOD + LONGEST);
  for (let at = 0; at < PERIOD; at++) bytes[at] = Math.imul(at + 1, 0x9e3779b1) >>> 17;
  bytes.set(bytes.subarray(0, LONGEST), PERIOD);
  return bytes;
}
