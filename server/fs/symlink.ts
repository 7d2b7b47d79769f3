/** `fs/symlink`: makes a symbolic link. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { Call } from "../call.ts";
import { localPath, named, refuseSandbox } from "./path.ts";

/** The link says what it is told; nothing has to be there. */
export async function symlink(
  params: Params<"fs/symlink">,
  { machine }: Call,
): Promise<Result<"fs/symlink">> {
  refuseSandbox(params.sandbox);
  const path = localPath(params.path, machine);
  const { target } = params;
  if (target === "" || target.includes("\0")) {
    throw new RpcError(
      "invalidParams",
      "Cannot make a link: `target` must be a path that is not empty and has no NUL",
    );
  }
  await named(path, () => machine.files.makeLink(path, target));
  return {};
}
