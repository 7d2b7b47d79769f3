/** Says in sentences what a policy lets be done at a path, and why. @module */

import { displayPath } from "../protocol/native_path.ts";
import { globMatcher } from "./deny_glob.ts";
import { isWithin } from "./paths.ts";
import type { Policy } from "./policy.ts";
import { withProtectedNames } from "./protected_names.ts";
import { type Access, inOrder, type Rule } from "./rules.ts";

const words: Readonly<Record<Access, string>> = {
  read: "may be read, but not written",
  write: "may be read and written",
  deny: "may be neither read nor written",
};

/**
 * Explains. By the policy's text alone: where links lead is known only when a command starts.
 * @param path absolute native path in normal form
 */
export function explain(policy: Policy, path: string): string {
  if (policy.kind !== "managed") {
    return `${quote(path)} ${words.write}: the base (${policy.baseOrigin}) confines no files.`;
  }
  return verdict(rulesAbove(policy, path), policy, path);
}

/**
 * Explains by rules that have been bound to a disk: they are all there are.
 * @param path without links
 */
export function explainBound(
  rules: readonly Rule[],
  policy: Pick<Policy, "base" | "baseOrigin">,
  path: string,
): string {
  const above = inOrder(rules).filter((rule) => isWithin(path, rule.path)).reverse();
  return verdict(above, policy, path);
}

function verdict(
  [decisive, ...others]: readonly Rule[],
  policy: Pick<Policy, "base" | "baseOrigin">,
  path: string,
): string {
  const quoted = quote(path);
  const base = `the base (${policy.baseOrigin})`;
  if (decisive === undefined) {
    return `${quoted} ${words[policy.base]}: no rule is about it, so ${base} decides.`;
  }
  const which = decisive.path === path ? "the rule for it" : `the rule for ${quote(decisive.path)}`;
  const because = `${which} decides (${decisive.origin})`;
  const overridden = [
    ...others.map(({ path, origin }) => `the one for ${quote(path)} (${origin})`),
  ];
  return `${quoted} ${words[decisive.access]}: ${because}. It comes before ${
    sequence([...overridden, base])
  }.`;
}

/** The rules that are about a path, the deepest first. */
function rulesAbove(policy: Policy, path: string): readonly Rule[] {
  const { rules } = withProtectedNames(policy);
  return inOrder([...rules, ...matchingRules(policy, path)])
    .filter((rule) => isWithin(path, rule.path)).reverse();
}

/** What patterns come to for a path and the directories it lies in, as if all of them existed. */
function matchingRules({ denyGlobs }: Policy, path: string): readonly Rule[] {
  const places = path.split("/").map((_, index, names) => names.slice(0, index + 1).join("/"));
  return denyGlobs.flatMap((glob) => {
    const matches = globMatcher(glob);
    const origin = `${glob.origin}, for what exists when a command starts`;
    return places.filter(matches).map((place) => ({ path: place, access: "deny", origin }));
  });
}

function sequence(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}

function quote(path: string): string {
  return `"${displayPath(path)}"`;
}
