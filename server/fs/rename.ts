/** `fs/rename`: moves an entry. @module */

import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { Call } from "../call.ts";
import { fileError, localPath, named, refuseSandbox } from "./path.ts";

/** In one step, within a file system; links themselves are moved. */
export async function rename(
  params: Params<"fs/rename">,
  { machine }: Call,
): Promise<Result<"fs/rename">> {
  refuseSandbox(params.sandbox);
  const { files } = machine;
  const source = localPath(params.sourcePath, machine);
  const destination = localPath(params.destinationPath, machine);
  try {
    await files.rename(source, destination, { overwrite: params.overwrite ?? true });
  } catch (error) {
    // The system does not tell which of the two it means. One that is not there speaks for itself.
    await named(source, () => files.status(source, "last"));
    throw fileError(error, destination);
  }
  return {};
}
