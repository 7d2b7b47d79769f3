/**
 * Gives children the limit on open files that this program was started with.
 *
 * The runtime raises its own to the highest allowed. Children would inherit that, and programs that
 * use `select`, or close every possible descriptor, would break or crawl.
 * @module
 */

import { loadLibc } from "./libc.ts";

const RLIMIT_NOFILE = 7;

let wanted: { readonly soft: bigint | undefined } | undefined;

/** Lowers a new child's soft limit, before it has got beyond loading its libraries. */
export function restoreDescriptorLimit(pid: number): void {
  wanted ??= { soft: startLimit() };
  if (wanted.soft === undefined) return;
  const { libc } = loadLibc();
  const limit = new BigUint64Array(2);
  if (libc.prlimit(pid, RLIMIT_NOFILE, null, limit) !== 0) return;
  limit[0] = wanted.soft;
  libc.prlimit(pid, RLIMIT_NOFILE, limit, null);
}

/** The parent's soft limit, which this program began with; undefined where it cannot be known. */
function startLimit(): bigint | undefined {
  try {
    const limits = Deno.readTextFileSync(`/proc/${Deno.ppid}/limits`);
    const soft = /^Max open files +(\d+) /m.exec(limits)?.[1];
    return soft === undefined ? undefined : BigInt(soft);
  } catch {
    // No parent to be seen, as for the first process of a container: the limit stays as it is.
    return undefined;
  }
}
