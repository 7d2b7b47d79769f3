/** `fs/chmod`: sets permission bits. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { Call } from "../call.ts";
import { fileError, localPath, noFollowError, refuseSandbox } from "./path.ts";
import { linksOf } from "./regular_file.ts";

const MAX_MODE = 0o7777;

/** Sets them on what the path leads to. */
export async function chmod(
  params: Params<"fs/chmod">,
  { machine }: Call,
): Promise<Result<"fs/chmod">> {
  refuseSandbox(params.sandbox);
  const path = localPath(params.path, machine);
  const { mode } = params;
  if (mode > MAX_MODE) {
    throw new RpcError("invalidParams", `Cannot set mode ${mode}: it must be 0 to ${MAX_MODE}`);
  }
  const links = linksOf(params);
  try {
    await machine.files.setMode(path, mode, links);
  } catch (error) {
    throw links === "none" ? noFollowError(error, path) : fileError(error, path);
  }
  return {};
}
