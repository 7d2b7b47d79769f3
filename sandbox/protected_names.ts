/** Names directly below a writable directory that stay as they are, unless a rule says otherwise. @module */

import { pathBelow } from "./paths.ts";
import { inOrder, type Rule, type RuleSet } from "./rules.ts";

/**
 * What programs outside the sandbox take for instructions: whoever may change a repository's hooks
 * or an agent's configuration has them run later, unconfined. Source: the reference.
 */
export const protectedNames: readonly string[] = [".git", ".agents", ".codex", ".aws"];

/**
 * Adds rules that leave these names read-only below every writable directory. A rule about exactly
 * such a name comes before them. Doing it twice changes nothing, so that it can be done again when
 * the real paths are known.
 * @param isDirectory false for writable files, which hold no names
 */
export function withProtectedNames<P extends RuleSet>(
  policy: P,
  isDirectory: (path: string) => boolean = () => true,
): P {
  const { base, rules } = policy;
  const roots = rules.filter((rule) => rule.access === "write").map((rule) => rule.path);
  // Where everything may be written and nothing is ruled out, nothing has to be mounted at all.
  if (base === "write" && rules.some(({ isOwn }) => isOwn !== true)) roots.push("/");
  const ruled = new Set(rules.map((rule) => rule.path));
  const writable = new Set(roots);
  const added: Rule[] = [];
  for (const root of roots) {
    if (!isDirectory(root) || isProtectedPlace(root, writable)) continue;
    for (const name of protectedNames) {
      const path = pathBelow(root, name);
      if (!ruled.has(path)) added.push({ path, access: "read", origin: originOf(name, root) });
    }
  }
  return added.length === 0 ? policy : { ...policy, rules: inOrder([...rules, ...added]) };
}

/** Whether a rule of its own opens this: a protected name of another root, or something in one. */
function isProtectedPlace(path: string, roots: ReadonlySet<string>): boolean {
  let start = 0;
  return path.split("/").some((name) => {
    const directory = path.slice(0, Math.max(0, start - 1)) || "/";
    start += name.length + 1;
    return protectedNames.includes(name) && roots.has(directory);
  });
}

function originOf(name: string, root: string): string {
  return `\`${name}\` is protected directly below the writable "${root}"`;
}
