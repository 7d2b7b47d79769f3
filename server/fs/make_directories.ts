/** Makes a directory with its parents. @module */

import { FileFault, isFault } from "./file_fault.ts";
import type { Child, FileSystem, NativePath, OpenDirectory } from "./file_system.ts";
import { splitPath } from "./path.ts";

/** Permissions asked for; the system takes away those of the umask. */
export const DIRECTORY_MODE = 0o777;

/**
 * Makes a directory and the parents it lacks; content when it is there. Links are followed.
 * @throws {FileFault} when the system refuses; EEXIST when something else has one of the names
 */
export async function makeDirectories(files: FileSystem, path: NativePath): Promise<void> {
  const missing: NativePath[] = [];
  for (let at = path; !await madeOrThere(files, at); at = splitPath(at)?.parent ?? "/") {
    missing.push(at);
  }
  for (const at of missing.reverse()) {
    // Now its parent is there, unless somebody removes it meanwhile.
    if (!await madeOrThere(files, at)) throw FileFault.of("ENOENT");
  }
}

/** False when its parent is missing. */
async function madeOrThere(files: FileSystem, path: NativePath): Promise<boolean> {
  try {
    await files.makeDirectory(path, DIRECTORY_MODE);
    return true;
  } catch (error) {
    if (isFault(error, "ENOENT") && splitPath(path) !== undefined) return false;
    if (await isDirectory(files, path)) return true;
    throw error;
  }
}

async function isDirectory(files: FileSystem, path: NativePath): Promise<boolean> {
  try {
    return (await files.status(path, "follow")).kind === "directory";
  } catch {
    // Why it could not be made says more than why it cannot be looked at.
    return false;
  }
}

/**
 * The same without following links: one anywhere in the path is refused.
 * @throws {FileFault} ENOTDIR when something else has one of the names, links included
 */
export async function makeOwnDirectories(files: FileSystem, path: NativePath): Promise<void> {
  const missing: string[] = [];
  let open = await openOwn(files, path);
  for (let at = path; open === undefined; open = await openOwn(files, at)) {
    const parts = splitPath(at);
    if (parts === undefined) throw FileFault.of("ENOENT");
    missing.push(parts.name);
    at = parts.parent;
  }
  try {
    for (const name of missing.reverse()) {
      const next = await makeAndOpen(files, { parent: open, name });
      open.close();
      open = next;
    }
  } finally {
    open.close();
  }
}

/**
 * Opens a directory that is reached without links.
 * @throws {FileFault} ENOTDIR when there is a link
 */
export async function openWithoutLinks(
  files: FileSystem,
  place: NativePath | Child,
): Promise<OpenDirectory> {
  try {
    return await files.openDirectory(place, "none");
  } catch (error) {
    throw isFault(error, "ELOOP") ? FileFault.of("ENOTDIR") : error;
  }
}

/** Undefined when it is missing. */
async function openOwn(files: FileSystem, path: NativePath): Promise<OpenDirectory | undefined> {
  try {
    return await openWithoutLinks(files, path);
  } catch (error) {
    if (isFault(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function makeAndOpen(files: FileSystem, place: Child): Promise<OpenDirectory> {
  try {
    await files.makeDirectory(place, DIRECTORY_MODE);
  } catch (error) {
    // Somebody else may have made it meanwhile; whether as a directory is seen next.
    if (!isFault(error, "EEXIST")) throw error;
  }
  return await openWithoutLinks(files, place);
}
