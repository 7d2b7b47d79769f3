/** What patterns of a policy match at this moment. @module */

import { type DenyGlob, globMatcher } from "./deny_glob.ts";
import type { DiskView } from "./disk_view.ts";
import { pathBelow } from "./paths.ts";
import { SandboxRefusal } from "./refusal.ts";
import type { Rule } from "./rules.ts";

/** How much may match, and how much may be looked at, before a policy is refused. */
const MOST_MATCHES = 8192;
const MOST_ENTRIES = 200_000;

/**
 * A rule for each path that exists and matches. What comes to exist later does not count.
 * @param globDepth how many names deep to look below the part without wildcards
 * @throws {SandboxRefusal} when that is too much to look at
 */
export function globMatches(
  globs: readonly DenyGlob[],
  { globDepth = Infinity, disk }: { globDepth?: number | undefined; disk: DiskView },
): Rule[] {
  const found: Rule[] = [];
  let looked = 0;
  for (const glob of globs) {
    const matches = globMatcher(glob);
    const visit = (directory: string, depth: number): void => {
      const entries = disk.entries(directory);
      // What it holds can still be opened by name, or be listed once its owner opens it.
      if (entries === undefined) {
        found.push({ path: directory, access: "deny", origin: glob.origin });
      }
      for (const { name, isDirectory } of entries ?? []) {
        const path = pathBelow(directory, name);
        if (++looked > MOST_ENTRIES || found.length > MOST_MATCHES) throw tooMuch(glob);
        if (matches(path)) found.push({ path, access: "deny", origin: glob.origin });
        else if (isDirectory && depth < globDepth) visit(path, depth + 1);
      }
    };
    visit(glob.directory, 1);
  }
  return found;
}

function tooMuch({ pattern }: DenyGlob): SandboxRefusal {
  return new SandboxRefusal(
    "globTooLarge",
    `Cannot deny \`${pattern}\`: more than ${MOST_ENTRIES} files or ${MOST_MATCHES} matches lie ` +
      "below it; begin it with a deeper directory, or set a smaller depth",
  );
}
