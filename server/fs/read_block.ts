/** `fs/readBlock`: reads a block of an open file. @module */

import { RpcError } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { Call } from "../call.ts";
import { requireWaiting } from "./steps.ts";

/** Reads at any place. A failed read closes the file, as with the reference. */
export async function readBlock(
  { handleId, offset, len }: Params<"fs/readBlock">,
  call: Call,
): Promise<Result<"fs/readBlock">> {
  const { files } = call.holdings;
  files.requireId(handleId);
  if (len < 1 || len > limits.maxBlockBytes) {
    throw new RpcError(
      "fileRefused",
      `file read block length must be between 1 and ${limits.maxBlockBytes}`,
    );
  }
  const handle = files.get(handleId);
  try {
    return await handle.read({ offset, len }, async () => {
      await call.roomToAnswer(len);
      requireWaiting(call.signal);
    });
  } catch (error) {
    // Nobody waits for it to be closed.
    files.drop(handle).catch(() => {});
    throw error;
  }
}
