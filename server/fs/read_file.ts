/** `fs/readFile`: a whole regular file. @module */

import { RpcError } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { PathParams, ReadFileResult } from "../../protocol/methods/fs.ts";
import type { Call } from "../call.ts";
import { fileError, localPath, refuseSandbox } from "./path.ts";

/** Reads a regular file. Its kind is asked before it is opened, for opening a FIFO would wait. */
export async function readFile(params: PathParams, { machine }: Call): Promise<ReadFileResult> {
  refuseSandbox(params.sandbox);
  const path = localPath(params.path, machine);
  try {
    const { isSymlink } = await Deno.lstat(path);
    if (isSymlink && params.followSymlinks === false) {
      throw new RpcError("fileFailed", `Symbolic link loop (os error 40): "${path}" is a link`);
    }
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw new RpcError("fileRefused", `path \`${path}\` is not a file`);
    if (size > limits.readFileBytes) {
      throw new RpcError(
        "fileRefused",
        `file is too large to read: limit is ${limits.readFileBytes} bytes: "${path}"`,
      );
    }
    return { dataBase64: await Deno.readFile(path) };
  } catch (error) {
    throw fileError(error, path);
  }
}
