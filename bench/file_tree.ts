/** A tree of many small files, and the call that lists it. @module */

import { join } from "@std/path";
import type { JsonObject } from "./message_text.ts";

const FOLDERS = 100;
const FILES_EACH = 99;

/** Entries of the tree: its folders and their files. */
export const TREE_ENTRIES = FOLDERS * (FILES_EACH + 1);

/** Makes the tree in a new folder. */
export async function makeTree(folder: string): Promise<void> {
  for (let index = 0; index < FOLDERS; index++) {
    const inner = join(folder, `folder_${index}`);
    await Deno.mkdir(inner, { recursive: true });
    for (let file = 0; file < FILES_EACH; file++) {
      Deno.writeFileSync(join(inner, `file_${file}.txt`), new Uint8Array());
    }
  }
}

/** Parameters of `fs/walk` that list all of it. */
export function walkParams(uri: string): JsonObject {
  const options = {
    maxDepth: 64,
    maxDirectories: 10_000,
    maxEntries: 50_000,
    followDirectorySymlinks: false,
  };
  return { path: uri, options };
}

/** Whether an answer lists all of it, breadth first. @throws {Error} when it does not */
export function requireTree({ entries, errors, truncated }: JsonObject): void {
  if (!Array.isArray(entries) || !Array.isArray(errors)) {
    throw new Error("Walked wrong: the answer has no entries or errors");
  }
  if (truncated !== false || errors.length > 0 || entries.length !== TREE_ENTRIES) {
    throw new Error(
      `Walked wrong: ${entries.length} of ${TREE_ENTRIES} entries, ${errors.length} errors`,
    );
  }
  const listed: readonly JsonObject[] = entries;
  const folders = listed.slice(0, FOLDERS).filter(({ kind }) => kind === "directory").length;
  const paths = new Set(listed.map(({ path }) => path)).size;
  if (folders !== FOLDERS || paths !== TREE_ENTRIES) {
    throw new Error(`Walked wrong: ${paths} paths, ${folders} folders before all files`);
  }
}
