/** Looks at what may be a placeholder, by way of the directory that it is in. @module */

import { isPlaceholder } from "../../sandbox/placeholder_mark.ts";
import { appendEntries } from "../fs/posix/directory_entries.ts";
import { type CPath, loadFileLibrary } from "../fs/posix/file_calls.ts";
import { atFlags, callNumbers, openFlags } from "../fs/posix/file_numbers.ts";
import { type PosixStatus, STATX_MASK, StatxBuffer } from "../fs/posix/statx.ts";
import { closePlaces } from "./open_place.ts";

/** More than any placeholder holds, and room for some entries. */
const BLOCK_BYTES = 4096;

/** Where something is, or may be. Names need not be text. */
export interface Spot {
  /** The directory that it is in, held. */
  readonly parent: number;
  /** Its name there. */
  readonly name: CPath;
}

const status = new StatxBuffer();
const block = new Uint8Array(BLOCK_BYTES);

/** What is there, links not followed; undefined when that cannot be told. */
export function statusAt({ parent, name }: Spot): PosixStatus | undefined {
  const { calls } = loadFileLibrary();
  const result = calls.statx(parent, name, atFlags.linkItself, STATX_MASK, status.bytes);
  return result < 0 ? undefined : status.status();
}

/** Opens it, links not followed. @returns undefined when it cannot be opened */
export function openAt({ parent, name }: Spot, flags: number): number | undefined {
  const { noFollow, closeOnExec } = openFlags;
  const opened = loadFileLibrary().calls.openat(parent, name, flags | noFollow | closeOnExec, 0);
  return opened < 0 ? undefined : opened;
}

/** Whether a placeholder of this kind is there. */
export function isMarked(spot: Spot, isDirectory: boolean): boolean {
  const found = statusAt(spot);
  const kind = isDirectory ? "directory" : "file";
  if (found?.kind !== kind) return false;
  return isPlaceholder({
    ...found,
    kind,
    isEmpty: () => isEmpty(spot),
    text: () => text(spot),
  });
}

function isEmpty(spot: Spot): boolean {
  return withOpened(spot, openFlags.readOnly | openFlags.directory, (opened) => {
    const items: Parameters<typeof appendEntries>[1] = [];
    const { getdents64 } = callNumbers;
    const length = loadFileLibrary().calls.getdents64(getdents64, opened, block, BLOCK_BYTES);
    if (length < 0) return false;
    appendEntries(block.subarray(0, length), items);
    return items.length === 0;
  }) ?? false;
}

function text(spot: Spot): string | undefined {
  // Meanwhile a pipe may be there, on which one would wait.
  return withOpened(spot, openFlags.readOnly | openFlags.nonBlocking, (opened) => {
    const count = loadFileLibrary().calls.pread(opened, block, BLOCK_BYTES, 0n);
    return count < 0 ? undefined : new TextDecoder().decode(block.subarray(0, count));
  });
}

function withOpened<T>(spot: Spot, flags: number, use: (opened: number) => T): T | undefined {
  const opened = openAt(spot, flags);
  if (opened === undefined) return undefined;
  try {
    return use(opened);
  } finally {
    closePlaces([opened]);
  }
}
