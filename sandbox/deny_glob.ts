/** Patterns of paths that are denied: read, taken apart, and matched in time linear in their length. @module */

import { RpcError } from "../protocol/errors.ts";
import { expandBraces } from "./braces.ts";
import { compileName, hasWildcard, type NameMatcher, plainName } from "./name_pattern.ts";
import { normalPath, pathBelow } from "./paths.ts";

/** A pattern whose matches are denied. */
export interface DenyGlob {
  /** The whole of it, absolute. */
  readonly pattern: string;
  /** Where to look: its first names, up to the one with a wildcard. Never the root. */
  readonly directory: string;
  /** Patterns of the names below; `**` stands for any number of names. */
  readonly names: readonly string[];
  /** Which entry made it, for people. */
  readonly origin: string;
}

/** What a pattern comes to: places without any wildcard are plain paths. */
export interface DeniedPlaces {
  /** Paths in normal form. */
  readonly paths: readonly string[];
  /** Patterns. */
  readonly globs: readonly DenyGlob[];
}

/** Longer ones are no paths anyway. */
const MOST_CHARACTERS = 4096;

/**
 * Reads a pattern: `*` and `?` stand for characters of a name, `[…]` for one of a set, `{a,b}` for
 * alternatives, `**` as a whole name for any number of directories; `\` takes what follows as it is.
 * @param options `directory`: where a relative one begins; `origin`: which entry it is from
 * @throws {RpcError} `invalidParams` when it is empty or too long, or would have to be looked for in
 * the whole file system
 */
export function readDenyGlob(
  pattern: string,
  { directory, origin }: { readonly directory: string; readonly origin: string },
): DeniedPlaces {
  if (pattern === "" || pattern.includes("\0") || pattern.length > MOST_CHARACTERS) {
    throw refusal(pattern, "it is empty, too long or no path");
  }
  const alternatives = expandBraces(pattern);
  if (alternatives === undefined) throw refusal(pattern, "it has too many alternatives");
  const paths: string[] = [];
  const globs: DenyGlob[] = [];
  for (const alternative of alternatives) {
    const names = normalNames(alternative, pattern);
    const first = names.findIndex(hasWildcard);
    const plain = (first < 0 ? names : names.slice(0, first)).map(plainName).join("/");
    const begin = alternative.startsWith("/") ? "/" : directory;
    // Dots at the beginning of a relative pattern lead above the directory.
    const place = normalPath(plain === "" ? begin : pathBelow(begin, plain));
    if (first < 0) paths.push(place);
    else globs.push(glob(names.slice(first), place, { pattern, origin }));
  }
  return { paths, globs };
}

function glob(
  names: readonly string[],
  directory: string,
  { pattern, origin }: { readonly pattern: string; readonly origin: string },
): DenyGlob {
  // In the words of the reference.
  if (directory === "/") {
    throw new RpcError(
      "invalidParams",
      `unreadable glob \`${pattern}\` cannot be safely expanded; ` +
        "use a pattern with a non-root directory prefix",
    );
  }
  return { pattern: `${directory}/${names.join("/")}`, directory, names, origin };
}

/** Names of a pattern without empty ones and dots; two dots take a name away that has no wildcard. */
function normalNames(alternative: string, pattern: string): readonly string[] {
  const names: string[] = [];
  for (const name of alternative.split("/")) {
    if (name === "" || name === ".") continue;
    const last = names.at(-1);
    if (name !== ".." || last === undefined || last === "..") names.push(name);
    else if (hasWildcard(last)) throw refusal(pattern, "`..` follows a wildcard in it");
    else names.pop();
  }
  return names;
}

/** Tells which paths, in normal form, a pattern denies. */
export function globMatcher(glob: DenyGlob): (path: string) => boolean {
  const matchers = glob.names.map((name) => name === "**" ? ANY_DEPTH : compileName(name));
  const prefix = `${glob.directory}/`;
  return (path) => path.startsWith(prefix) && matches(matchers, path.slice(prefix.length));
}

const ANY_DEPTH = "any depth";

/**
 * After a mismatch only the last `**` takes one name more: what earlier ones could take instead,
 * the last one can as well. So the work is at most the product of both lengths.
 */
function matches(matchers: readonly (NameMatcher | typeof ANY_DEPTH)[], path: string): boolean {
  const names = path.split("/");
  // A last `**` is about what is in a directory, not about the directory.
  const endsOpen = matchers.at(-1) === ANY_DEPTH;
  let at = 0;
  let matcherAt = 0;
  let retry: { at: number; matcherAt: number } | undefined;
  while (at < names.length) {
    const matcher = matchers[matcherAt];
    if (matcher === ANY_DEPTH) {
      matcherAt += 1;
      retry = { at, matcherAt };
      if (matcherAt === matchers.length) return true;
    } else if (matcher?.(names[at] ?? "") === true) {
      at += 1;
      matcherAt += 1;
    } else if (retry !== undefined) {
      retry.at += 1;
      ({ at, matcherAt } = retry);
    } else {
      return false;
    }
  }
  return matcherAt === matchers.length && !endsOpen;
}

function refusal(pattern: string, reason: string): RpcError {
  const shown = pattern.length > 80 ? `${pattern.slice(0, 80)}…` : pattern;
  return new RpcError("invalidParams", `Cannot deny the pattern \`${shown}\`: ${reason}`);
}
