/** What this machine's kernel lets us do when a path is looked up. @module */

import { cPath, type FileLibrary } from "./file_calls.ts";
import { atFlags, callNumbers, openFlags, resolveFlags } from "./file_numbers.ts";

/** What there is. */
export interface KernelAbilities {
  /** `openat2`: since Linux 5.6; some sandboxes refuse it. */
  readonly canRefuseLinks: boolean;
  /** Lookups that never wait: since Linux 5.12. */
  readonly canStayCached: boolean;
}

/** Asks the kernel, by looking up the root. */
export function kernelAbilities(library: FileLibrary): KernelAbilities {
  const canRefuseLinks = canLookUp(library, resolveFlags.noLinks);
  return {
    canRefuseLinks,
    canStayCached: canRefuseLinks && canLookUp(library, resolveFlags.cached),
  };
}

function canLookUp({ calls }: FileLibrary, resolve: number): boolean {
  const how = openHow({ flags: openFlags.pathOnly | openFlags.closeOnExec, resolve });
  const root = cPath("/");
  const { openat2 } = callNumbers;
  const descriptor = calls.openat2(openat2, atFlags.noDirectory, root, how, how.byteLength);
  if (descriptor < 0) return false;
  calls.close(descriptor);
  return true;
}

/** Members of struct open_how. */
export interface OpenHow {
  /** Of `openFlags`. */
  readonly flags: number;
  /** Permissions of what is made. */
  readonly mode?: number;
  /** Of `resolveFlags`. */
  readonly resolve: number;
}

/** Lays it out for the kernel. */
export function openHow({ flags, mode = 0, resolve }: OpenHow): BigUint64Array<ArrayBuffer> {
  return BigUint64Array.of(BigInt(flags), BigInt(mode), BigInt(resolve));
}
