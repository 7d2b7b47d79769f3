/** Tells whether two confinements come to the same sandbox. @module */

import type { Contained } from "../../../sandbox/confine.ts";
import { cPath, loadFileLibrary } from "../posix/file_calls.ts";
import { atFlags } from "../posix/file_numbers.ts";
import { STATX_MASK, StatxBuffer } from "../posix/statx.ts";

const ENOENT = 2;
const ENOTDIR = 20;

const status = new StatxBuffer();

/**
 * The same text for the same sandbox on the same disk. A helper's view is made of what was there when
 * it started: when something else is in the place of a mounted directory, another one is needed.
 */
export function sandboxIdentity({ mounts, cwd }: Contained): string {
  const made = new Set(mounts.placeholders.map(({ path }) => path));
  const facts = new Map<string, string>();
  for (const { kind, path } of mounts.operations) {
    if (kind === "link" || kind === "sealed" || made.has(path)) continue;
    if (!facts.has(path)) facts.set(path, identityOf(path));
  }
  return JSON.stringify([cwd, mounts, [...facts]]);
}

/** Also when it was born: what is made next often gets the number of what was removed last. */
function identityOf(path: string): string {
  const { calls, errno } = loadFileLibrary();
  const name = cPath(path);
  const { noDirectory, linkItself } = atFlags;
  if (calls.statx(noDirectory, name, linkItself, STATX_MASK, status.bytes) >= 0) {
    const { device, inode, mountId, createdAtMs } = status.status();
    return `${device}:${inode}:${mountId}:${createdAtMs}`;
  }
  const error = errno();
  // What cannot be looked at may be anything by the next call.
  return error === ENOENT || error === ENOTDIR ? "missing" : crypto.randomUUID();
}
