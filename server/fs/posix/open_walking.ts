/** Opens paths on kernels without `openat2`, part by part where links must not be. @module */

import { cPath } from "./file_calls.ts";
import { openFlags } from "./file_numbers.ts";
import type { Located } from "./located.ts";
import type { OpenerParts, OpenWish } from "./open_wish.ts";

type Parts = Pick<OpenerParts, "library" | "pool">;

const PART = openFlags.pathOnly | openFlags.directory | openFlags.noFollow;
const decoder = new TextDecoder("latin1");

/** A descriptor, opened in the pool. @throws {FileFault} ENOTDIR for a link before the last part */
export async function openWalking(at: Located, wish: OpenWish, parts: Parts): Promise<number> {
  if (wish.links !== "none") return await openPart(at, wish, parts);
  const names = splitPath(at.name);
  const last = names.pop() ?? cPath(".");
  let here = at;
  try {
    for (const name of names) {
      const directory = await openPart({ ...here, name }, { flags: PART, links: "last" }, parts);
      close(here, at, parts);
      here = { ...at, directory };
    }
    return await openPart({ ...here, name: last }, wish, parts);
  } finally {
    close(here, at, parts);
  }
}

function close({ directory }: Located, start: Located, { library: { calls } }: Parts): void {
  if (directory !== start.directory) calls.close(directory);
}

async function openPart(
  { directory, name, lane }: Located,
  { flags, mode = 0 }: OpenWish,
  { library: { calls }, pool }: Parts,
): Promise<number> {
  const all = flags | openFlags.closeOnExec;
  return await pool.call(lane, {
    pooled: () => calls.openatPool(directory, name, all, mode),
    again: () => calls.openat(directory, name, all, mode),
  });
}

/** The parts of a path, the root first when it has one. Bytes are kept as they are. */
function splitPath(path: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const text = decoder.decode(path.subarray(0, -1));
  const names: Uint8Array<ArrayBuffer>[] = text.startsWith("/") ? [cPath("/")] : [];
  let start = 0;
  for (const part of text.split("/")) {
    if (part !== "") names.push(new Uint8Array([...path.subarray(start, start + part.length), 0]));
    start += part.length + 1;
  }
  return names;
}
