/**
 * Removes a directory with all it holds.
 *
 * Entries are found in open directories, and links are never followed: what somebody puts in the
 * place of a directory meanwhile cannot lead the removal outside.
 * @module
 */

import type { Call } from "../call.ts";
import { forEachAtOnce } from "./at_once.ts";
import { FileFault, isFault } from "./file_fault.ts";
import type { Child, DirectoryItem, FileSystem, NativePath, OpenDirectory } from "./file_system.ts";
import { fileError, named, placePath } from "./path.ts";
import { requireWaiting } from "./steps.ts";

/** Directories open at a time. What is nested deeper is moved up first. */
const MAX_DEPTH = 64;

/** The same for the path below the top, in UTF-16 units: a system that knows paths only has none
 * that are longer than 4096 bytes. */
const MAX_PATH = 1000;

/** A removal in work. */
interface Removal {
  readonly files: FileSystem;
  readonly signal: AbortSignal;
  /** What is removed. */
  readonly top: OpenDirectory;
  /** Where all of it must be: a file system mounted inside is not emptied. */
  readonly device: number;
  /** How many directories were moved up into `top`. */
  moved: number;
}

/**
 * Removes it. What is missing already when its turn comes is no failure.
 * @throws {RpcError} for the first entry that cannot be removed
 */
export async function removeTree(path: NativePath, { machine, signal }: Call): Promise<void> {
  const { files } = machine;
  const top = await files.openDirectory(path, "last");
  try {
    const { device } = await top.status();
    const removal: Removal = { files, signal, top, device, moved: 0 };
    for (let before = -1; before !== removal.moved;) {
      before = removal.moved;
      await empty(top, 1, removal);
    }
  } finally {
    top.close();
  }
  await unlessMissing(() => files.remove(path, "directory"));
}

/** Removes what a directory holds. */
async function empty(directory: OpenDirectory, depth: number, removal: Removal): Promise<void> {
  const items = await itemsOf(directory, removal.signal);
  const directories: Child[] = [];
  await forEachAtOnce(items, async ({ name, kind }) => {
    requireWaiting(removal.signal);
    const place = { parent: directory, name };
    if (kind === "directory" || !await removeOther(place, removal)) directories.push(place);
  });
  for (const place of directories) await removeDirectory(place, depth, removal);
}

async function itemsOf(
  directory: OpenDirectory,
  signal: AbortSignal,
): Promise<readonly DirectoryItem[]> {
  try {
    return await directory.items(signal);
  } catch (error) {
    // Somebody else removed it since it was opened.
    if (isFault(error, "ENOENT")) return [];
    throw fileError(error, directory.path);
  }
}

/** Removes what is no directory. False when it is one. */
async function removeOther(place: Child, { files }: Removal): Promise<boolean> {
  try {
    await unlessMissing(() => files.remove(place, "other"));
    return true;
  } catch (error) {
    // Systems differ in what they say of a directory.
    if (!isFault(error, "EISDIR", "EPERM")) throw fileError(error, placePath(place));
    const { kind } = await named(place, () => files.status(place, "last"));
    if (kind === "directory") return false;
    throw fileError(error, placePath(place));
  }
}

async function removeDirectory(place: Child, depth: number, removal: Removal): Promise<void> {
  const { files, signal } = removal;
  requireWaiting(signal);
  const path = placePath(place);
  if (isDeep(path, depth, removal) && !await isEmptyAndGone(place, files)) {
    return await moveUp(place, removal);
  }
  try {
    const directory = await files.openDirectory(place, "last");
    try {
      // As the system says of the mount point itself, but before what is there is lost.
      if ((await directory.status()).device !== removal.device) throw FileFault.of("EBUSY");
      await empty(directory, depth + 1, removal);
    } finally {
      directory.close();
    }
    await files.remove(place, "directory");
  } catch (error) {
    if (isFault(error, "ENOENT")) return;
    // Somebody put something else in its place, or it cannot be looked into but may be empty.
    if (isFault(error, "ELOOP", "ENOTDIR") && await removeOther(place, removal)) return;
    if (isFault(error, "EACCES") && await isEmptyAndGone(place, files)) return;
    throw fileError(error, path);
  }
}

/** What lies in the top itself cannot be moved further up. */
function isDeep(path: NativePath, depth: number, { top }: Removal): boolean {
  return depth >= MAX_DEPTH || (depth > 1 && path.length - top.path.length > MAX_PATH);
}

/** Removes a directory if it is empty. */
async function isEmptyAndGone(place: Child, files: FileSystem): Promise<boolean> {
  try {
    await files.remove(place, "directory");
    return true;
  } catch {
    // Why it could not be is found out by what is tried next.
    return false;
  }
}

/** Makes a nested directory one of the top, which is emptied once more: no path gets too long, and
 * no depth needs more open directories. */
async function moveUp(place: Child, removal: Removal): Promise<void> {
  const name = `.${crypto.randomUUID()}.removing`;
  const destination = { parent: removal.top, name };
  await named(place, () => removal.files.rename(place, destination, { overwrite: false }));
  removal.moved++;
}

async function unlessMissing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isFault(error, "ENOENT")) throw error;
  }
}
