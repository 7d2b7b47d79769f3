/**
 * Gives children the limit on open files that this program was started with.
 *
 * The runtime raises its own to the highest allowed. Children would inherit that, and programs that
 * use `select`, or close every possible descriptor, would break or crawl. On macOS nobody can change
 * another process's limits, so there children keep the raised one.
 * @module
 */

import { loadLinuxLibc } from "./libc.ts";
import { isMacos } from "./this_platform.ts";

const RLIMIT_NOFILE = 7;

let wanted: BigUint64Array<ArrayBuffer> | "asIs" | undefined;

/** Lowers a new child's soft limit, before it has got beyond loading its libraries. */
export function restoreDescriptorLimit(pid: number): void {
  wanted ??= (isMacos ? undefined : startLimits()) ?? "asIs";
  if (wanted !== "asIs") loadLinuxLibc().prlimit(pid, RLIMIT_NOFILE, wanted, null);
}

/** Soft and hard limit as they were; undefined where nobody knows, or nothing was raised. */
function startLimits(): BigUint64Array<ArrayBuffer> | undefined {
  const soft = startLimit();
  const limits = new BigUint64Array(2);
  if (loadLinuxLibc().prlimit(0, RLIMIT_NOFILE, null, limits) !== 0) return undefined;
  if (soft === undefined || soft >= (limits[0] ?? 0n)) return undefined;
  limits[0] = soft;
  return limits;
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
