/** `fs/hash`: a digest of a file or of a part of it. @module */

import type { Params, Result } from "../../protocol/methods/mod.ts";
import { lendBlock, takeBack } from "../../protocol/spare_blocks.ts";
import type { Call } from "../call.ts";
import type { Holdings } from "../holdings.ts";
import { Places } from "../places.ts";
import { fileError, localPath, refuseSandbox } from "./path.ts";
import { linksOf, openRegular, type RegularFile } from "./regular_file.ts";
import { Steps } from "./steps.ts";

const BLOCK_BYTES = 1 << 20;

/** Files hashed at a time for one connection: each holds a block, and all share one thread. */
const AT_ONCE = 4;

const places = new WeakMap<Holdings, Places>();

/** SHA-256 of a range; what lies beyond the end of the file is left out. */
export async function hash(params: Params<"fs/hash">, call: Call): Promise<Result<"fs/hash">> {
  refuseSandbox(params.sandbox);
  const path = localPath(params.path, call.machine);
  try {
    return await placesOf(call.holdings).run(async () => {
      const regular = await openRegular(call.machine.files, path, linksOf(params));
      try {
        return await digest(regular, params, call);
      } finally {
        await regular.file.close();
      }
    });
  } catch (error) {
    throw fileError(error, path);
  }
}

/** The places of a connection, which is known by what it holds. */
function placesOf(holdings: Holdings): Places {
  const known = places.get(holdings) ?? new Places(AT_ONCE);
  places.set(holdings, known);
  return known;
}

async function digest(
  { file, status }: RegularFile,
  { offset, length }: Params<"fs/hash">,
  call: Call,
): Promise<Result<"fs/hash">> {
  // Loaded here, for loading it delays the start of a program.
  const { createHash } = await import("node:crypto");
  const sum = createHash("sha256");
  const steps = new Steps(call);
  const start = offset ?? 0;
  const wanted = length ?? Infinity;
  const buffer = lendBlock(Math.min(BLOCK_BYTES, wanted));
  let done = 0;
  try {
    while (done < wanted) {
      await steps.next();
      const block = buffer.subarray(0, Math.min(buffer.byteLength, wanted - done));
      const count = await file.read(block, start + done);
      if (count === 0) break;
      sum.update(block.subarray(0, count));
      done += count;
    }
  } finally {
    takeBack(buffer);
  }
  const size = Math.max(status.size, done === 0 ? 0 : start + done);
  return { sha256: sum.digest("hex"), length: done, size };
}
