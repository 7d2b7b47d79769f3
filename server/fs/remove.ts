/** `fs/remove`: removes an entry, or a directory with all it holds. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { Call } from "../call.ts";
import { FileFault, isFault } from "./file_fault.ts";
import type { FileSystem, NativePath } from "./file_system.ts";
import { openWithoutLinks } from "./make_directories.ts";
import { fileError, localPath, noFollowError, refuseSandbox, splitPath } from "./path.ts";
import { removeTree } from "./remove_tree.ts";
import { requireWaiting } from "./steps.ts";

/** A link is removed itself, never what it leads to. */
export async function remove(
  params: Params<"fs/remove">,
  call: Call,
): Promise<Result<"fs/remove">> {
  refuseSandbox(params.sandbox);
  const recursive = params.recursive ?? true;
  const force = params.force ?? true;
  const followSymlinks = params.followSymlinks ?? true;
  const path = localPath(params.path, call.machine);
  if (recursive && !followSymlinks) {
    throw new RpcError("fileFailed", "recursive no-follow removal is unsupported");
  }
  const { files } = call.machine;
  try {
    if (splitPath(path) === undefined) throw FileFault.of("EBUSY");
    if (!followSymlinks) await removeWithoutLinks(files, path);
    else await removeThere(path, recursive, call);
  } catch (error) {
    if (force && isFault(error, "ENOENT")) return {};
    throw followSymlinks ? fileError(error, path) : noFollowError(error, path);
  }
  return {};
}

async function removeThere(path: NativePath, recursive: boolean, call: Call): Promise<void> {
  const { files } = call.machine;
  const { kind } = await files.status(path, "last");
  if (kind !== "directory") return await files.remove(path, "other");
  if (!recursive) return await files.remove(path, "directory");
  await call.holdings.searches.trees.run(async () => {
    requireWaiting(call.signal);
    await removeTree(path, call);
  });
}

async function removeWithoutLinks(files: FileSystem, path: NativePath): Promise<void> {
  const parts = splitPath(path);
  if (parts === undefined) throw FileFault.of("EBUSY");
  const parent = await openWithoutLinks(files, parts.parent);
  try {
    const place = { parent, name: parts.name };
    const { kind } = await files.status(place, "last");
    if (kind === "symlink") throw FileFault.of("ELOOP");
    await files.remove(place, kind === "directory" ? "directory" : "other");
  } finally {
    parent.close();
  }
}
