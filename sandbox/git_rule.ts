/** Rules that keep what makes Git run programs, each with its reason. @module */

import type { Rule } from "./rules.ts";

/** A rule, and what to put at its path while that is missing. */
export interface GitRule extends Rule {
  /** Text of a file; undefined: an empty directory. */
  readonly standIn?: string | undefined;
  /** Whether it holds whatever the policy says of its path. */
  readonly isForced?: boolean;
}

/**
 * A hook or a setting stays as it is.
 * @param standIn text of the file that is put there while it is missing; undefined: a directory
 */
export function kept(path: string, standIn?: string): GitRule {
  return { path, access: "read", origin: "hooks and settings of Git stay as they are", standIn };
}

/** A directory whose content cannot be told; who grants exactly this directory takes that upon
 * himself. */
export function closed(directory: string): GitRule {
  return { path: directory, access: "read", origin: "it is closed, so nobody knows what is in it" };
}

/** A directory in which what is to be kept could be replaced or hidden, so that no grant opens it. */
export function withheld(
  directory: string,
  origin = "it has links in place of hooks or settings of Git, which could be replaced",
): GitRule {
  return { path: directory, access: "read", origin, isForced: true };
}
