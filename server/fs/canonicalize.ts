/** `fs/canonicalize`: a path without symbolic links. @module */

import type { CanonicalizeParams, CanonicalizeResult } from "../../protocol/methods/fs.ts";
import { pathToUri } from "../../protocol/path_uri.ts";
import type { Call } from "../call.ts";
import { fileError, localPath, refuseSandbox } from "./path.ts";

/** Resolves a path that exists. */
export async function canonicalize(
  params: CanonicalizeParams,
  { machine }: Call,
): Promise<CanonicalizeResult> {
  refuseSandbox(params.sandbox);
  const path = localPath(params.path, machine);
  try {
    return { path: pathToUri(await machine.filePlaces.run(() => Deno.realPath(path))) };
  } catch (error) {
    throw fileError(error, path);
  }
}
