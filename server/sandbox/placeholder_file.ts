/** One thing on the disk that stands for a missing one: made, recognised, locked, removed. @module */

import { basename, dirname } from "@std/path";
import type { Placeholder } from "../../sandbox/mounts.ts";
import { placeholderMode, placeholderTimeMs } from "../../sandbox/placeholder_mark.ts";
import { cPath, loadFileLibrary } from "../fs/posix/file_calls.ts";
import { atFlags, openFlags } from "../fs/posix/file_numbers.ts";
import { closePlaces, openPlace } from "./open_place.ts";
import { isMarked, openAt, type Spot, statusAt } from "./placeholder_spot.ts";

const EEXIST = 17;
/** Of a directory that has been put to use. */
const USUAL_MODE = 0o777;

interface Opened {
  readonly file: Deno.FsFile;
  readonly isDirectory: boolean;
}

/** A placeholder that is there, locked by this program and perhaps by others. */
export class PlaceholderFile {
  /** Or a file. */
  readonly isDirectory: boolean;
  readonly #path: string;
  readonly #spot: Spot;
  readonly #file: Deno.FsFile;

  /** Takes over what is open; `PlaceholderFile.open` is the way to get one. */
  constructor(path: string, spot: Spot, { file, isDirectory }: Opened) {
    this.#path = path;
    this.#spot = spot;
    this.#file = file;
    this.isDirectory = isDirectory;
  }

  /**
   * One that is there already.
   * @returns undefined when there is none, or when somebody else is about to remove it
   * @throws {Error} when the directory that it is in cannot be opened
   */
  static open(placeholder: Placeholder): PlaceholderFile | undefined {
    return withSpot(placeholder.path, (spot) => {
      const isDirectory = placeholder.text === undefined;
      if (!isMarked(spot, isDirectory)) return undefined;
      const file = openMarked(spot, isDirectory);
      if (file === undefined) return undefined;
      // Only now: before the lock somebody else may have removed it.
      if (file.tryLockSync(false) && isAt(spot, file) && isMarked(spot, isDirectory)) {
        return new PlaceholderFile(placeholder.path, spot, { file, isDirectory });
      }
      file.close();
      return undefined;
    });
  }

  /**
   * Makes one; what somebody has made meanwhile is left as it is.
   * @returns undefined when it is to be opened now, by whoever it was made
   * @throws {Error} with the system's words
   */
  static make(placeholder: Placeholder): undefined {
    return withSpot(placeholder.path, (spot) => make(spot, placeholder.text));
  }

  /** Whether it is still where it was made, and nothing has become of it. */
  get isInPlace(): boolean {
    // The directory that it is in may have been moved, with it.
    const parent = openPlace(dirname(this.#path));
    if (parent === undefined) return false;
    const spot = { parent, name: this.#spot.name };
    try {
      return isAt(spot, this.#file) && isMarked(spot, this.isDirectory);
    } finally {
      closePlaces([parent]);
    }
  }

  /** Removes it, unless somebody else needs it or has put it to use. */
  end(): void {
    const { parent, name } = this.#spot;
    const { calls } = loadFileLibrary();
    try {
      if (!isAt(this.#spot, this.#file) || !this.#file.tryLockSync(true)) return;
      if (isMarked(this.#spot, this.isDirectory)) {
        calls.unlinkat(parent, name, this.isDirectory ? atFlags.removeDirectory : 0);
      } else if (this.isDirectory) restoreMode(this.#spot);
    } finally {
      this.#file.close();
      closePlaces([parent]);
    }
  }
}

function withSpot<T>(path: string, use: (spot: Spot) => T): T {
  const parent = openPlace(dirname(path));
  if (parent === undefined) throw new Error("Its directory was exchanged; try again");
  let result: T | undefined;
  try {
    return result = use({ parent, name: cPath(basename(path)) });
  } finally {
    // What was opened goes on using it.
    if (result === undefined) closePlaces([parent]);
  }
}

/** With its mode from the first moment on, so that readers know what it is about to become. */
function make(spot: Spot, text: string | undefined): undefined {
  const { parent, name } = spot;
  const { calls, errno, fault } = loadFileLibrary();
  const isDirectory = text === undefined;
  const mode = placeholderMode(isDirectory);
  const { readOnly, writeOnly, create, exclusive, directory, noFollow, closeOnExec } = openFlags;
  const flags = noFollow | closeOnExec;
  const made = isDirectory
    ? calls.mkdirat(parent, name, mode)
    : calls.openat(parent, name, flags | writeOnly | create | exclusive, mode);
  if (made < 0) {
    if (errno() === EEXIST) return;
    throw fault();
  }
  const opened = isDirectory ? calls.openat(parent, name, flags | readOnly | directory, 0) : made;
  try {
    if (opened < 0) throw fault();
    const bytes = new TextEncoder().encode(text);
    if (!isDirectory && calls.write(opened, bytes, bytes.byteLength) < 0) throw fault();
    // A umask, or a default of the directory, may have changed it.
    if (calls.fchmod(opened, mode) < 0) throw fault();
    // The last step: from now on it may be taken over, and removed.
    const time = new Date(placeholderTimeMs);
    Deno.utimeSync(`/proc/self/fd/${opened}`, time, time);
    if (!isMarked(spot, isDirectory)) {
      throw new Error("Its file system does not keep modes and times");
    }
  } catch (error) {
    calls.unlinkat(parent, name, isDirectory ? atFlags.removeDirectory : 0);
    throw error;
  } finally {
    if (opened >= 0) calls.close(opened);
  }
}

/** Nothing but a file or directory: commands may put a pipe there, on which one would wait. */
function openMarked({ parent, name }: Spot, isDirectory: boolean): Deno.FsFile | undefined {
  const { calls } = loadFileLibrary();
  const { pathOnly, noFollow, closeOnExec } = openFlags;
  const found = calls.openat(parent, name, pathOnly | noFollow | closeOnExec, 0);
  if (found < 0) return undefined;
  const path = `/proc/self/fd/${found}`;
  try {
    const { isDirectory: isThat, isFile } = Deno.statSync(path);
    return (isDirectory ? isThat : isFile) ? Deno.openSync(path) : undefined;
  } finally {
    calls.close(found);
  }
}

function isAt(spot: Spot, file: Deno.FsFile): boolean {
  const there = statusAt(spot);
  const { ino, dev } = file.statSync();
  return there !== undefined && Number(there.inode) === ino && there.device === dev;
}

/** Somebody made something of it, a repository perhaps, with the right to do so in spite of its mode. */
function restoreMode(spot: Spot): void {
  if (statusAt(spot)?.mode !== placeholderMode(true)) return;
  const opened = openAt(spot, openFlags.readOnly | openFlags.directory);
  if (opened === undefined) return;
  // It is theirs: when it cannot be done, it is left.
  loadFileLibrary().calls.fchmod(opened, USUAL_MODE & ~Deno.umask());
  closePlaces([opened]);
}
