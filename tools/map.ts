/** Prints the tree of the project's files, each with the sentence that says its job. @module */

import { firstSentence } from "./first_sentence.ts";
import { root, sourceFiles } from "./source_files.ts";

/** The tree as lines of text: folders, and files with their sentences beside them. */
export async function map(): Promise<string[]> {
  const lines: string[] = [];
  let open: readonly string[] = [];
  for (const path of sortedForReading(await sourceFiles())) {
    const parts = path.split("/");
    const folders = parts.slice(0, -1);
    const shared = commonLength(open, folders);
    for (let depth = shared; depth < folders.length; depth++) {
      lines.push(`${"  ".repeat(depth)}${folders[depth]}/`);
    }
    open = folders;
    const sentence = firstSentence(await Deno.readTextFile(`${root}/${path}`)) ?? "";
    lines.push(`${("  ".repeat(folders.length) + parts.at(-1)).padEnd(34)}  ${sentence}`.trimEnd());
  }
  return lines;
}

/** `main.ts` first, then each folder's own files before its subfolders. */
function sortedForReading(paths: readonly string[]): string[] {
  const files = (path: string) => path.replace(/([^/]+)$/, "\u0000$1");
  return paths.toSorted((a, b) => files(a) < files(b) ? -1 : 1);
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const end = a.findIndex((part, index) => part !== b[index]);
  return end < 0 ? Math.min(a.length, b.length) : end;
}

if (import.meta.main) console.log((await map()).join("\n"));
