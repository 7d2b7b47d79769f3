/** How this very program is started once more. @module */

import { fromFileUrl } from "@std/path";

/** A program and its arguments. */
export interface OwnProgram {
  /** What to execute. */
  readonly program: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/**
 * This program with other arguments: the compiled binary, or Deno and the sources.
 * @param args what `main.ts` is to get
 */
export function ownProgram(args: readonly string[]): OwnProgram {
  const program = Deno.execPath();
  if (Deno.build.standalone) return { program, args };
  // Not `Deno.mainModule`: under test that is another one.
  const root = fromFileUrl(new URL("..", import.meta.url));
  const run = ["run", "--quiet", "-A", `--config=${root}deno.json`, `${root}main.ts`];
  return { program, args: [...run, ...args] };
}
