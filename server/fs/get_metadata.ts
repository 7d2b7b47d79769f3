/** `fs/getMetadata`: what a path leads to. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { Metadata, PathParams } from "../../protocol/methods/fs.ts";
import type { Call } from "../call.ts";
import { fileError, localPath, refuseSandbox } from "./path.ts";

/** Type and size of the target; `isSymlink` is about the path itself. */
export async function getMetadata(params: PathParams, { machine }: Call): Promise<Metadata> {
  refuseSandbox(params.sandbox);
  const path = localPath(params.path, machine);
  return await machine.filePlaces.run(() => inspect(path, params.followSymlinks ?? true));
}

async function inspect(path: string, followSymlinks: boolean): Promise<Metadata> {
  try {
    const own = await Deno.lstat(path);
    if (own.isSymlink && !followSymlinks) {
      throw new RpcError("fileRefused", `path contains a symbolic link: "${path}"`);
    }
    const target = own.isSymlink ? await Deno.stat(path) : own;
    return {
      isDirectory: target.isDirectory,
      isFile: target.isFile,
      isSymlink: own.isSymlink,
      size: target.size,
      createdAtMs: target.birthtime?.getTime() ?? 0,
      modifiedAtMs: target.mtime?.getTime() ?? 0,
    };
  } catch (error) {
    throw fileError(error, path);
  }
}
