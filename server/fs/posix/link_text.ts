/** What links say, those that users make and those that the kernel keeps for descriptors. @module */

import { nativeText } from "../../../protocol/native_path.ts";
import { FileFault } from "../file_fault.ts";
import type { NativePath } from "../file_system.ts";
import { knownStatus } from "./descriptor_status.ts";
import { descriptorPath, type FileLibrary } from "./file_calls.ts";
import { atFlags } from "./file_numbers.ts";
import type { FilePool } from "./file_pool.ts";
import type { Located } from "./located.ts";

/** No path that a call takes is longer. */
const LONGEST = 4096;
const GONE = " (deleted)";

/** What a symbolic link says. @throws {FileFault} EINVAL when it is none */
export async function linkTarget(
  { directory, name, lane }: Located,
  { library: { calls }, pool }: { readonly library: FileLibrary; readonly pool: FilePool },
): Promise<string> {
  const text = new Uint8Array(LONGEST);
  const length = await pool.call(lane, {
    pooled: () => calls.readlinkatPool(directory, name, text, text.byteLength),
    again: () => calls.readlinkat(directory, name, text, text.byteLength),
  });
  return nativeText(text.subarray(0, length));
}

/** Where an open descriptor's file is now, as the kernel names it. @throws {FileFault} */
export function realPathOf(descriptor: number, library: FileLibrary): NativePath {
  const text = new Uint8Array(LONGEST);
  const path = descriptorPath(descriptor);
  const { noDirectory } = atFlags;
  const length = library.calls.readlinkat(noDirectory, path, text, text.byteLength);
  if (length < 0) throw library.fault();
  const real = nativeText(text.subarray(0, length));
  if (length === LONGEST) throw FileFault.of("ENAMETOOLONG");
  // A living file may have such a name too; one outside of our root has no path for us.
  const isGone = real.endsWith(GONE) && knownStatus(descriptor, library).links === 0;
  if (isGone || !real.startsWith("/")) throw FileFault.of("ENOENT");
  return real;
}
