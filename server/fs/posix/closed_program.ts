/** Closes this program to others, and to paths that lead through it. @module */

import { loadFileLibrary } from "./file_calls.ts";

const PR_SET_DUMPABLE = 4;

const prctl = { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" } as const;

/**
 * From now on these pipes cannot be opened once more by name, nor can the memory of this program by
 * programs without privileges.
 * @throws {Error} when the system refuses
 */
export function closeThisProgram(pipes: readonly number[]): void {
  const { calls, fault } = loadFileLibrary();
  for (const descriptor of pipes) {
    if (calls.fchmod(descriptor, 0) < 0) throw fault();
  }
  const library = Deno.dlopen("libc.so.6", { prctl });
  const result = library.symbols.prctl(PR_SET_DUMPABLE, 0n, 0n, 0n, 0n);
  library.close();
  if (result < 0) throw new Error("Cannot close this program's memory to others");
}
