/** Entries of a directory, as `getdents64` writes them. @module */

import { nativeText } from "../../../protocol/native_path.ts";
import type { DirectoryItem, FileKind } from "../file_system.ts";

// struct linux_dirent64: 8 bytes of inode, 8 of place, 2 of length, 1 of type, the name, a zero.
const LENGTH = 16;
const TYPE = 18;
const NAME = 19;
const DOT = 0x2e;

/** The type 0 is in none of them: the file system does not tell. */
const kinds: readonly (FileKind | undefined)[] = [
  undefined,
  "other",
  "other",
  undefined,
  "directory",
  undefined,
  "other",
  undefined,
  "file",
  undefined,
  "symlink",
  undefined,
  "other",
];

// Whole buffers at once and then slices: four times as fast as a decoder's call for each name.
const asciiDecoder = new TextDecoder("latin1");

/** Appends all entries in `bytes` but `.` and `..`. */
export function appendEntries(bytes: Uint8Array, items: DirectoryItem[]): void {
  const ascii = asciiDecoder.decode(bytes);
  for (let at = 0; at < bytes.byteLength;) {
    const start = at + NAME;
    let end = start;
    let bits = 0;
    for (let byte = bytes[end] ?? 0; byte !== 0; byte = bytes[++end] ?? 0) bits |= byte;
    if (!isSelfOrParent(bytes, start, end)) {
      const name = bits < 0x80 ? ascii.slice(start, end) : nativeText(bytes.subarray(start, end));
      items.push({ name, kind: kinds[bytes[at + TYPE] ?? 0] });
    }
    at += (bytes[at + LENGTH] ?? 0) | (bytes[at + LENGTH + 1] ?? 0) << 8;
  }
}

function isSelfOrParent(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== DOT || end > start + 2) return false;
  return end === start + 1 || bytes[start + 1] === DOT;
}
