/** The part of a long line that is shown with a match. @module */

/** Most bytes of a line that are shown, as UTF-8. */
const MOST_BYTES = 4096;

/** Of these, so many may lie before the match. */
const BYTES_BEFORE = 1024;

/** A text, and a part of it. */
export interface Excerpt {
  /** The line, or what is left of it. */
  readonly text: string;
  /** Where the part begins, in UTF-16 units. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/** Cuts a line around a match. No character is cut in two. */
export function excerpt({ text: line, start, end }: Excerpt): Excerpt {
  // A UTF-16 unit is at most three bytes.
  if (line.length * 3 <= MOST_BYTES) return { text: line, start, end };
  let bytes = 0;
  let from = start;
  while (from > 0 && bytes < BYTES_BEFORE) {
    const size = sizeBefore(line, from);
    bytes += bytesOf(line.codePointAt(from - size) ?? 0);
    from -= size;
  }
  let to = from;
  bytes = 0;
  while (to < line.length) {
    const point = line.codePointAt(to) ?? 0;
    bytes += bytesOf(point);
    if (bytes > MOST_BYTES) break;
    to += point > 0xffff ? 2 : 1;
  }
  return { text: line.slice(from, to), start: start - from, end: Math.min(end, to) - from };
}

/** UTF-16 units of the character that ends at a place. */
function sizeBefore(line: string, at: number): 1 | 2 {
  return at > 1 && (line.codePointAt(at - 2) ?? 0) > 0xffff ? 2 : 1;
}

function bytesOf(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}
