/** `fs/getMetadata`: what a path leads to. @module */

import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { Call } from "../call.ts";
import type { Awaitable, FileStatus, NativePath } from "./file_system.ts";
import { describe, describeUnix } from "./metadata.ts";
import { fileError, localPath, noFollowError, refuseSandbox } from "./path.ts";

/**
 * Type and size of the target; `isSymlink` is about the path itself. The most frequent call of all:
 * without a promise when the facts are there at once.
 */
export function getMetadata(
  params: Params<"fs/getMetadata">,
  call: Call,
): Awaitable<Result<"fs/getMetadata">> {
  refuseSandbox(params.sandbox);
  const path = localPath(params.path, call.machine);
  const mayFollow = params.followSymlinks ?? true;
  try {
    const own = call.machine.files.status(path, mayFollow ? "last" : "none");
    if (own instanceof Promise || own.kind === "symlink") {
      return inspect(own, { path, mayFollow, call });
    }
    return describePlain(own, call);
  } catch (error) {
    throw mayFollow ? fileError(error, path) : noFollowError(error, path);
  }
}

async function inspect(
  found: Awaitable<FileStatus>,
  { path, mayFollow, call }: { path: NativePath; mayFollow: boolean; call: Call },
): Promise<Result<"fs/getMetadata">> {
  try {
    const own = await found;
    if (own.kind !== "symlink") return describePlain(own, call);
    const { files } = call.machine;
    const target = await files.status(path, "follow");
    const facts = describe(target, true);
    if (!call.wantsExtensions) return facts;
    return { ...facts, ...describeUnix(target, await files.readLink(path)) };
  } catch (error) {
    throw mayFollow ? fileError(error, path) : noFollowError(error, path);
  }
}

function describePlain(status: FileStatus, { wantsExtensions }: Call): Result<"fs/getMetadata"> {
  const facts = describe(status, false);
  return wantsExtensions ? { ...facts, ...describeUnix(status, undefined) } : facts;
}
