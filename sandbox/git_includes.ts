/** Files that the settings of a Git repository take in, which count as much as these. @module */

import type { DiskView, Place } from "./disk_view.ts";
import { parentOf, placeOf } from "./followed.ts";
import { pathBelow } from "./paths.ts";

const MOST_FILES = 32;
/** `path = …`, in whichever section: elsewhere it names a program, which Git would run. */
const NAMED = /(?:^|\])[^\S\n]*path[^\S\n]*=[^\S\n]*(?:"((?:[^"\\\n]|\\.)*)"|([^\n;#]*))/gim;

/**
 * What a repository's settings name, and what that names in turn, whether it exists or not.
 * Paths in a home directory are left out.
 */
export function includedFiles(directory: string, disk: DiskView): readonly Place[] {
  const found = new Map<string, Place>();
  const left = ["config", "config.worktree"].map((name) => pathBelow(directory, name));
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    for (const named of namedIn(disk.text(file) ?? "")) {
      const path = named.startsWith("/") ? named : pathBelow(parentOf(file), named);
      const place = placeOf(path, disk);
      if (place === undefined || place.kind === "directory" || found.has(place.real)) continue;
      if (found.size >= MOST_FILES) return [...found.values()];
      found.set(place.real, place);
      left.push(place.real);
    }
  }
  return [...found.values()];
}

function namedIn(text: string): readonly string[] {
  if (!/path/i.test(text)) return [];
  return [...text.matchAll(NAMED)]
    .map(([, quoted, plain = ""]) => (quoted ?? plain).trim().replaceAll(/\\(.)/g, "$1"))
    .filter((path) => path !== "" && !/^[~%]|\0/.test(path));
}
