/** Bytes without a pattern that are the same in every run. @module */

/** Makes `length` bytes from a seed, so that a failure can be repeated.
 * @param seed any integer; the same one gives the same bytes */
export function randomBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed | 1;
  for (let i = 0; i < length; i++) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Cuts bytes at the given places.
 * @param cuts places in any order; those beyond the end are ignored
 * @returns pieces, none of them empty, that share memory with nothing */
export function cutBytes(
  bytes: Uint8Array<ArrayBuffer>,
  cuts: readonly number[],
): Uint8Array<ArrayBuffer>[] {
  const inside = cuts.filter((cut) => cut > 0 && cut < bytes.byteLength);
  const places = [0, ...new Set(inside.sort((a, b) => a - b)), bytes.byteLength];
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let i = 0; i + 1 < places.length; i++) pieces.push(bytes.slice(places[i], places[i + 1]));
  return pieces.filter((piece) => piece.byteLength > 0);
}
