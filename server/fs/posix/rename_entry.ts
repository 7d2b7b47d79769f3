/** Moves an entry, on request only to a name that is free. @module */

import { FileFault, isFault } from "../file_fault.ts";
import type { FileLibrary } from "./file_calls.ts";
import { RENAME_NO_REPLACE } from "./file_numbers.ts";
import type { FilePool } from "./file_pool.ts";
import type { Located } from "./located.ts";

/** What to move. */
export interface Renaming {
  /** Where it is. */
  readonly from: Located;
  /** Where it goes. */
  readonly to: Located;
  /** Whether what is there may go. */
  readonly overwrite: boolean;
}

interface Parts {
  readonly library: FileLibrary;
  readonly pool: FilePool;
}

/** Moves it in one step where the file system can. @throws {FileFault} */
export async function renameEntry(renaming: Renaming, parts: Parts): Promise<void> {
  if (renaming.overwrite) return await rename(renaming, 0, parts);
  try {
    await rename(renaming, RENAME_NO_REPLACE, parts);
  } catch (error) {
    // The file system does not know the flag, or the move makes no sense: the next call says which.
    if (!isFault(error, "EINVAL")) throw error;
    await moveByLink(renaming, parts);
  }
}

async function rename({ from, to }: Renaming, flags: number, parts: Parts): Promise<void> {
  const { library: { calls }, pool } = parts;
  await pool.call(slower(from, to), {
    pooled: () => calls.renameat2Pool(from.directory, from.name, to.directory, to.name, flags),
    again: () => calls.renameat2(from.directory, from.name, to.directory, to.name, flags),
  });
}

/** A second name never takes the place of another; directories cannot have one. */
async function moveByLink(renaming: Renaming, parts: Parts): Promise<void> {
  const { library: { calls }, pool } = parts;
  const { from, to } = renaming;
  try {
    await pool.call(slower(from, to), {
      pooled: () => calls.linkatPool(from.directory, from.name, to.directory, to.name, 0),
      again: () => calls.linkat(from.directory, from.name, to.directory, to.name, 0),
    });
  } catch (error) {
    if (!isFault(error, "EPERM", "EOPNOTSUPP")) throw error;
    throw FileFault.of(
      "EOPNOTSUPP",
      "Without overwriting, this file system cannot rename what has no second name",
      { cause: error },
    );
  }
  await pool.call(from.lane, {
    pooled: () => calls.unlinkatPool(from.directory, from.name, 0),
    again: () => calls.unlinkat(from.directory, from.name, 0),
  });
}

function slower(from: Located, to: Located): Located["lane"] {
  return from.lane === "slow" ? from.lane : to.lane;
}
