/** Facts about what is open. @module */

import type { Descriptor } from "./descriptor.ts";
import { type FileLibrary, NO_PATH } from "./file_calls.ts";
import { atFlags } from "./file_numbers.ts";
import type { FilePool } from "./file_pool.ts";
import type { Lane } from "./mount_table.ts";
import { type PosixStatus, STATX_MASK, StatxBuffer } from "./statx.ts";

const { emptyPath, dontSync } = atFlags;

/** Read before anything else happens, so that one is enough. */
const shared = new StatxBuffer();

/** What is known without asking a server: it never waits. @throws {FileFault} */
export function knownStatus(descriptor: number, library: FileLibrary): PosixStatus {
  const flags = emptyPath | dontSync;
  const result = library.calls.statx(descriptor, NO_PATH, flags, STATX_MASK, shared.bytes);
  if (result < 0) throw library.fault();
  return shared.status();
}

/** What is true: on a slow file system that may take time. */
export function descriptorStatus(
  descriptor: Descriptor,
  lane: Lane,
  { library, pool }: { readonly library: FileLibrary; readonly pool: FilePool },
): PosixStatus | Promise<PosixStatus> {
  if (lane === "local") return knownStatus(descriptor.now, library);
  return descriptor.use((number) => askedStatus(number, lane, { library, pool }));
}

/** The same for a descriptor that stays open meanwhile. */
export async function askedStatus(
  descriptor: number,
  lane: Lane,
  { library: { calls }, pool }: { readonly library: FileLibrary; readonly pool: FilePool },
): Promise<PosixStatus> {
  const buffer = new StatxBuffer();
  await pool.call(lane, {
    pooled: () => calls.statxPool(descriptor, NO_PATH, emptyPath, STATX_MASK, buffer.bytes),
    again: () => calls.statx(descriptor, NO_PATH, emptyPath, STATX_MASK, buffer.bytes),
  });
  return buffer.status();
}
