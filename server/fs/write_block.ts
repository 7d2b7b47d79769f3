/** `fs/writeBlock`: writes a block of an open file. @module */

import { RpcError } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Params, Result } from "../../protocol/methods/mod.ts";
import { takeBack } from "../../protocol/spare_blocks.ts";
import type { Call } from "../call.ts";
import { isBeyondOffsets } from "./file_handle.ts";

/** Writes at any place. The file stays open also when that fails. */
export async function writeBlock(
  { handleId, offset, chunk }: Params<"fs/writeBlock">,
  { holdings: { files } }: Call,
): Promise<Result<"fs/writeBlock">> {
  files.requireId(handleId);
  if (chunk.byteLength < 1 || chunk.byteLength > limits.maxBlockBytes) {
    throw new RpcError(
      "fileRefused",
      `file write block length must be between 1 and ${limits.maxBlockBytes}`,
    );
  }
  if (isBeyondOffsets({ offset, len: chunk.byteLength })) {
    throw new RpcError(
      "fileRefused",
      "file write range exceeds the signed 64-bit file offset limit",
    );
  }
  try {
    await files.get(handleId).write(chunk, offset);
  } finally {
    takeBack(chunk);
  }
  return {};
}
