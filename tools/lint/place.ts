/** Tells a lint rule where in the project the file it looks at lives. @module */

import { areaOf } from "../arrows.ts";
import { root } from "../source_files.ts";

/** The path of a linted file relative to the project, with `/` between its parts. */
export function projectPath(filename: string): string {
  const path = filename.startsWith("file://") ? new URL(filename).pathname : filename;
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

/** Whether a path belongs to the shipped sources, and not to the tests, bench or tools. */
export function isSource(path: string): boolean {
  return areaOf(path) !== undefined;
}

/** Whether a path is matched by a pattern: itself, or, for one that ends in `/`, anything below. */
export function isWithin(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith("/") ? path.startsWith(pattern) : path === pattern
  );
}
