/** Reads the disk of this machine for plans of sandboxes: a system call per look, and no waiting. @module */

import { epochMs } from "../../protocol/clock.ts";
import { nativeText } from "../../protocol/native_path.ts";
import type { DiskReader, Look } from "../../sandbox/disk.ts";
import { type DirectoryItem, DiskRefusal } from "../../sandbox/disk_view.ts";
import {
  isBecomingPlaceholder,
  isPlaceholder,
  type PlaceholderFacts,
} from "../../sandbox/placeholder_mark.ts";
import { appendEntries } from "../fs/posix/directory_entries.ts";
import { cPath, type FileLibrary, loadFileLibrary } from "../fs/posix/file_calls.ts";
import { atFlags, callNumbers, openFlags } from "../fs/posix/file_numbers.ts";
import { STATX_MASK, StatxBuffer } from "../fs/posix/statx.ts";
import { loadLibc } from "../process/posix/libc.ts";

const ENOENT = 2;
const EACCES = 13;
const ENOTDIR = 20;
const MAY_ENTER = 1;
const MAY_WRITE = 2;
/** More than any `.git` file or configuration that matters here. */
const MOST_TEXT_BYTES = 64 * 1024;
const ENTRY_BYTES = 32 * 1024;
const MOST_LINK_BYTES = 4096;
/** Looks at something that another server may be making, a millisecond apart. */
const MOST_LOOKS = 100;

/** The disk as it is. */
export const diskReader: DiskReader = { look: (path) => look(path), entries, text, canMakeIn };

// One plan is made at a time, and nothing of these is kept.
const status = new StatxBuffer();
const room = new Uint8Array(MOST_TEXT_BYTES);

function look(path: string, looks = MOST_LOOKS): Look {
  const library = loadFileLibrary();
  const name = cPath(path);
  const flags = atFlags.linkItself | atFlags.dontSync;
  if (library.calls.statx(atFlags.noDirectory, name, flags, STATX_MASK, status.bytes) < 0) {
    return absence(path, library);
  }
  const found = status.status();
  if (found.kind === "symlink") return link(path, library);
  const kind = found.kind === "directory" ? "directory" : "file";
  if (found.kind === "other") return { kind };
  const isEmpty = () => entries(path)?.length === 0;
  const facts: PlaceholderFacts = { ...found, kind, isEmpty, text: () => text(path) };
  // Made for another command, to stand for nothing: to this one nothing is there.
  if (isPlaceholder(facts)) return { kind: "missing" };
  if (looks === 0 || !isBecomingPlaceholder(facts, epochMs())) return { kind };
  pause();
  return look(path, looks - 1);
}

/** Another server that makes a placeholder has all but finished. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

function absence(path: string, { errno, fault }: FileLibrary): Look {
  switch (errno()) {
    case ENOENT:
    case ENOTDIR:
      return { kind: "missing" };
    case EACCES: {
      const directory = path.slice(0, path.lastIndexOf("/")) || "/";
      if (!isOurs(directory)) return { kind: "unreachable" };
      // What its own user has closed, a command could open.
      throw new DiskRefusal(`Cannot look at "${path}": "${directory}" is closed; open it first`);
    }
    default:
      throw new DiskRefusal(`Cannot look at "${path}": ${fault().message}`);
  }
}

function link(path: string, { calls, fault }: FileLibrary): Look {
  const { noDirectory } = atFlags;
  const length = calls.readlinkat(noDirectory, cPath(path), room, MOST_LINK_BYTES);
  if (length < 0) throw new DiskRefusal(`Cannot read the link "${path}": ${fault().message}`);
  return { kind: "link", target: nativeText(room.subarray(0, length)) };
}

function entries(directory: string): readonly DirectoryItem[] | undefined {
  const { calls, errno } = loadFileLibrary();
  const { readOnly, directory: isDirectory, closeOnExec } = openFlags;
  const opened = calls.openat(
    atFlags.noDirectory,
    cPath(directory),
    readOnly | isDirectory | closeOnExec,
    0,
  );
  if (opened < 0) {
    const error = errno();
    if (error === ENOENT || error === ENOTDIR) return [];
    // Who may not list it may still know a name in it, unless it is closed altogether.
    const isClosed = error === EACCES && !isOurs(directory) &&
      look(`${directory}/.`).kind === "unreachable";
    return isClosed ? [] : undefined;
  }
  try {
    const items: Parameters<typeof appendEntries>[1] = [];
    for (;;) {
      const { getdents64 } = callNumbers;
      const length = calls.getdents64(getdents64, opened, room, ENTRY_BYTES);
      if (length <= 0) break;
      appendEntries(room.subarray(0, length), items);
    }
    return items.map(({ name, kind }) => {
      // Some file systems do not tell without another look.
      const known = kind ?? look(`${directory}/${name}`).kind;
      return { name, isDirectory: known === "directory" };
    });
  } finally {
    calls.close(opened);
  }
}

function text(file: string): string | undefined {
  const { calls } = loadFileLibrary();
  const { readOnly, nonBlocking, noFollow, closeOnExec } = openFlags;
  const flags = readOnly | nonBlocking | noFollow | closeOnExec;
  const opened = calls.openat(atFlags.noDirectory, cPath(file), flags, 0);
  if (opened < 0) return undefined;
  try {
    // A pipe without a writer is at its end at once, and a directory cannot be read.
    const count = calls.pread(opened, room, room.byteLength, 0n);
    return count < 0 ? undefined : new TextDecoder().decode(room.subarray(0, count));
  } finally {
    calls.close(opened);
  }
}

function isOurs(directory: string): boolean {
  try {
    return Deno.statSync(directory).uid === Deno.uid();
  } catch {
    return false;
  }
}

/** What this program may not do, a command may not either; but it could let its own user do it. */
function canMakeIn(directory: string): boolean {
  const { libc, errno } = loadLibc();
  if (libc.access(cPath(directory), MAY_WRITE | MAY_ENTER) === 0) return true;
  return errno() === EACCES && isOurs(directory);
}
