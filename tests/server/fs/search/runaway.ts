/** A search that never ends by itself, and shows when it has come so far. @module */

import { join } from "@std/path";

/** A regular expression that takes time exponential in the length of some lines. */
export const RUNAWAY = "^(a+)+$";

/** Lines in the file before the one that takes for ever; enough to be reported at once. */
const LINES_BEFORE = 4000;

/** Makes two files: one with many lines that match at once, one with a line that takes for ever. */
export async function makeRunaway(directory: string): Promise<void> {
  await Deno.writeTextFile(join(directory, "a"), "aaaa\n".repeat(LINES_BEFORE));
  await Deno.writeTextFile(join(directory, "b"), `${"a".repeat(60)}!\n`);
}
