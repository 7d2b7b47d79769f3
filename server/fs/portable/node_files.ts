/** The runtime's `node:fs`, loaded on first use: loading it delays the start of a program. @module */

/** The functions that promise, and the numbers of the flags. */
export type NodeFiles = Pick<typeof import("node:fs"), "promises" | "constants">;

/** Loads it. */
export function nodeFiles(): Promise<NodeFiles> {
  return import("node:fs");
}
