/** `fs/readFile`: a whole regular file. @module */

import { RpcError } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { PathParams, ReadFileResult } from "../../protocol/methods/fs.ts";
import type { Call } from "../call.ts";
import { fileError, localPath, refuseSandbox } from "./path.ts";

/** Reads a regular file. Its kind is asked before it is opened, for opening a FIFO would wait. */
export async function readFile(params: PathParams, call: Call): Promise<ReadFileResult> {
  const { machine } = call;
  refuseSandbox(params.sandbox);
  const path = localPath(params.path, machine);
  return await machine.filePlaces.run(async () => {
    try {
      const size = await requireReadable(path, params.followSymlinks ?? true);
      await call.roomToAnswer(size);
      return { dataBase64: await Deno.readFile(path, { signal: call.signal }) };
    } catch (error) {
      throw fileError(error, path);
    }
  });
}

/** Size of a file that may be read whole. */
async function requireReadable(path: string, followSymlinks: boolean): Promise<number> {
  const { isSymlink } = await Deno.lstat(path);
  if (isSymlink && !followSymlinks) {
    throw new RpcError("fileFailed", `Symbolic link loop (os error 40): "${path}" is a link`);
  }
  const { isFile, size } = await Deno.stat(path);
  if (!isFile) throw new RpcError("fileRefused", `path \`${path}\` is not a file`);
  if (size <= limits.readFileBytes) return size;
  throw new RpcError(
    "fileRefused",
    `file is too large to read: limit is ${limits.readFileBytes} bytes: "${path}"`,
  );
}
