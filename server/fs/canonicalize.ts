/** `fs/canonicalize`: a path without symbolic links. @module */

import type { Params, Result } from "../../protocol/methods/mod.ts";
import { pathToUri } from "../../protocol/path_uri.ts";
import type { Call } from "../call.ts";
import { localPath, named, refuseSandbox } from "./path.ts";

/** Resolves a path that exists. */
export async function canonicalize(
  params: Params<"fs/canonicalize">,
  { machine }: Call,
): Promise<Result<"fs/canonicalize">> {
  refuseSandbox(params.sandbox);
  const path = localPath(params.path, machine);
  return { path: pathToUri(await named(path, () => machine.files.realPath(path))) };
}
