/** Native Unix paths as texts: brought to one form, and asked which lies in which. @module */

/**
 * An absolute path without `.`, `..`, empty parts and slashes at its end. By the text alone: links
 * are followed later, on the disk.
 */
export function normalPath(path: string): string {
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "." && part !== "") kept.push(part);
  }
  return `/${kept.join("/")}`;
}

/** A path below a directory, by names that are neither `.` nor `..`. */
export function pathBelow(directory: string, names: string): string {
  return directory === "/" ? `/${names}` : `${directory}/${names}`;
}

/** Whether a path is the directory or lies below it; both in normal form. */
export function isWithin(path: string, directory: string): boolean {
  if (directory === "/" || path === directory) return true;
  return path.startsWith(directory) && path.charAt(directory.length) === "/";
}

/** Number of names in a path in normal form; 0 for the root. */
export function depthOf(path: string): number {
  if (path === "/") return 0;
  let depth = 0;
  for (let at = 0; at >= 0; at = path.indexOf("/", at + 1)) depth += 1;
  return depth;
}
