/** `fs/createDirectory`: makes a directory. @module */

import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { Call } from "../call.ts";
import type { FileSystem, NativePath } from "./file_system.ts";
import {
  DIRECTORY_MODE,
  makeDirectories,
  makeOwnDirectories,
  openWithoutLinks,
} from "./make_directories.ts";
import { localPath, named, refuseSandbox, splitPath } from "./path.ts";

/** With its parents, unless told otherwise. */
export async function createDirectory(
  params: Params<"fs/createDirectory">,
  { machine }: Call,
): Promise<Result<"fs/createDirectory">> {
  refuseSandbox(params.sandbox);
  const path = localPath(params.path, machine);
  const mayFollow = params.followSymlinks ?? true;
  const make = params.recursive ?? true
    ? (mayFollow ? makeDirectories : makeOwnDirectories)
    : (mayFollow ? makeOne : makeOwnOne);
  await named(path, () => make(machine.files, path));
  return {};
}

function makeOne(files: FileSystem, path: NativePath): Promise<void> {
  return files.makeDirectory(path, DIRECTORY_MODE);
}

async function makeOwnOne(files: FileSystem, path: NativePath): Promise<void> {
  const parts = splitPath(path);
  if (parts === undefined) return await makeOne(files, path);
  const parent = await openWithoutLinks(files, parts.parent);
  try {
    await files.makeDirectory({ parent, name: parts.name }, DIRECTORY_MODE);
  } finally {
    parent.close();
  }
}
