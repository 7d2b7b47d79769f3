/** Gives the seccomp filter of a mode. @module */

import { assemble } from "./assemble.ts";
import { rulesFor, type SeccompMode } from "./rules.ts";
import type { Architecture } from "./syscalls.ts";

const made = new Map<string, Uint8Array>();

/**
 * The filter of `mode`, as `bwrap --seccomp` and seccomp(2) take it.
 * @returns one array for all callers: it is not to be written to
 */
export function seccompFilter(mode: SeccompMode, architecture: Architecture): Uint8Array {
  const key = `${mode} ${architecture}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const filter = assemble(rulesFor(mode), architecture);
  made.set(key, filter);
  return filter;
}
