/** Patterns of paths, as clients give them. @module */

// @ts-types="../../../types/picomatch.d.ts"
import picomatch from "picomatch";

// Hidden names are decided about elsewhere, by one switch for all patterns.
const OPTIONS = { dot: true, windows: false };

/** Tells whether a path relative to the root is meant. */
export type PathTest = (path: string) => boolean;

/**
 * Tells whether a path matches one of the patterns.
 * @throws {Error} when a pattern cannot be understood
 */
export function matchesAny(patterns: readonly string[]): PathTest {
  if (patterns.length === 0) return () => false;
  for (const pattern of patterns) {
    if (pattern === "") throw new Error("A pattern is empty");
  }
  return picomatch(patterns, OPTIONS);
}

/** Tells whether something below a directory could match: it need not be entered otherwise. */
export function mayHoldMatch(patterns: readonly string[]): PathTest {
  const bases = patterns.map((pattern) => picomatch.scan(pattern, OPTIONS).base);
  return (directory) =>
    bases.some((base) => base === "" || isWithin(directory, base) || isWithin(base, directory));
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
