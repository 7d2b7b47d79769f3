/** `fs/close`: closes an open file. @module */

import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { Call } from "../call.ts";

/** Closes it after the calls that were made before; a file that is not open is closed already. */
export async function close(
  { handleId }: Params<"fs/close">,
  { holdings }: Call,
): Promise<Result<"fs/close">> {
  await holdings.files.close(handleId);
  return {};
}
