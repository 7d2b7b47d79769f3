/** Copies a directory with all it holds into another. @module */

import { RpcError } from "../../protocol/errors.ts";
import { displayPath } from "../../protocol/native_path.ts";
import { forEachAtOnce } from "./at_once.ts";
import { type CopyCall, copyFile, copyLink, type Route } from "./copy_file.ts";
import { FileFault, isFault } from "./file_fault.ts";
import type {
  DirectoryItem,
  FileKind,
  FileStatus,
  FileSystem,
  NativePath,
  OpenDirectory,
  Place,
} from "./file_system.ts";
import { DIRECTORY_MODE, makeDirectories } from "./make_directories.ts";
import { named, splitPath } from "./path.ts";
import { isSameFile } from "./regular_file.ts";
import { requireWaiting } from "./steps.ts";

/** Directories within each other; two are open for each. */
const MAX_DEPTH = 256;

/** A copy in work. */
interface TreeCopy {
  readonly call: CopyCall;
  /** What is copied into; never entered as a part of what is copied. */
  readonly top: FileStatus;
}

/** A pair of open directories. */
interface OpenRoute {
  readonly from: OpenDirectory;
  readonly to: OpenDirectory;
}

/**
 * Merges a directory into the one at the destination, which is made with its parents when missing.
 * What is neither file, directory nor link is left out, as the reference does.
 * @throws {RpcError} for the first entry that cannot be copied; `fileRefused` for a destination in
 * the source
 */
export async function copyTree({ from, to }: Route<NativePath>, call: CopyCall): Promise<void> {
  const { files } = call.machine;
  const source = await named(from, () => files.openDirectory(from, "last"));
  try {
    const status = await named(from, () => source.status());
    await refuseInside(status, to, files);
    await named(to, () => makeDirectories(files, to));
    const target = await named(to, () => files.openDirectory(to, "follow"));
    try {
      const copy = { call, top: await named(to, () => target.status()) };
      await copyContents({ from: source, to: target }, 1, copy);
    } finally {
      target.close();
    }
  } finally {
    source.close();
  }
}

/** Looks for the source among the directories that the destination is in. */
async function refuseInside(
  source: FileStatus,
  destination: NativePath,
  files: FileSystem,
): Promise<void> {
  let at: NativePath | undefined = await named(
    destination,
    () => realPlace(destination, files),
  );
  for (; at !== undefined; at = splitPath(at)?.parent) {
    const place: NativePath = at;
    requireOther(source, await named(place, () => files.status(place, "last")));
  }
}

/** Real path of what exists of a path. */
async function realPlace(path: NativePath, files: FileSystem): Promise<NativePath> {
  for (let at = path;; at = splitPath(at)?.parent ?? "/") {
    try {
      return await files.realPath(at);
    } catch (error) {
      // Whatever else is wrong with it is wrong with every path above, or worth telling.
      if (at === "/" || !isFault(error, "ENOENT")) throw error;
    }
  }
}

function requireOther(source: FileStatus, other: FileStatus): void {
  if (!isSameFile(source, other)) return;
  throw new RpcError(
    "fileRefused",
    "fs/copy cannot copy a directory to itself or one of its descendants",
  );
}

async function copyContents(route: OpenRoute, depth: number, copy: TreeCopy): Promise<void> {
  const { from } = route;
  const { signal } = copy.call;
  if (depth > MAX_DEPTH) {
    const path = displayPath(from.path);
    throw new RpcError(
      "fileFailed",
      `Cannot copy "${path}": it is nested more than ${MAX_DEPTH} deep`,
    );
  }
  const items = await named(from.path, () => from.items(signal));
  const directories: string[] = [];
  await forEachAtOnce(items, async (item) => {
    requireWaiting(signal);
    const kind = await kindOf(item, from, copy.call.machine.files);
    const places = childRoute(route, item.name);
    if (kind === "directory") directories.push(item.name);
    else if (kind === "file") await copyFile(places, copy.call);
    else if (kind === "symlink") await copyLink(places, copy.call);
  });
  for (const name of directories) await copyDirectory(childRoute(route, name), depth, copy);
}

async function copyDirectory(
  { from, to }: Route,
  depth: number,
  copy: TreeCopy,
): Promise<void> {
  const { machine: { files }, signal } = copy.call;
  requireWaiting(signal);
  const source = await named(from, () => files.openDirectory(from, "last"));
  try {
    // It may have been moved into the source since that was looked at.
    requireOther(await named(from, () => source.status()), copy.top);
    const target = await named(to, () => makeAndOpen(to, files));
    try {
      await copyContents({ from: source, to: target }, depth + 1, copy);
    } finally {
      target.close();
    }
  } finally {
    source.close();
  }
}

/** Opens a directory, made if need be; a link to one will do. */
async function makeAndOpen(place: Place, files: FileSystem): Promise<OpenDirectory> {
  try {
    await files.makeDirectory(place, DIRECTORY_MODE);
  } catch (error) {
    if (!isFault(error, "EEXIST")) throw error;
  }
  try {
    return await files.openDirectory(place, "follow");
  } catch (error) {
    // What is there is in the way.
    throw isFault(error, "ENOTDIR", "ENOENT", "ELOOP") ? FileFault.of("EEXIST") : error;
  }
}

async function kindOf(
  { name, kind }: DirectoryItem,
  parent: OpenDirectory,
  files: FileSystem,
): Promise<FileKind> {
  const place = { parent, name };
  return kind ?? (await named(place, () => files.status(place, "last"))).kind;
}

function childRoute({ from, to }: OpenRoute, name: string): Route {
  return { from: { parent: from, name }, to: { parent: to, name } };
}
