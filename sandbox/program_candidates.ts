/** Lists the paths at which a program may lie, for whoever looks from inside a sandbox. @module */

// What the C library searches when there is no PATH at all.
const DEFAULT_PATH = "/bin:/usr/bin";

/**
 * The paths to try, in this order; the first that can be executed is the program. Those that are not
 * absolute are meant from the command's working directory, as is an empty entry of PATH.
 * @param path the command's own PATH; `undefined` when it has none
 * @returns nothing for an empty name
 */
export function programCandidates(program: string, path: string | undefined): readonly string[] {
  if (program === "") return [];
  if (program.includes("/")) return [program];
  const directories = (path ?? DEFAULT_PATH).split(":");
  return [...new Set(directories.map((directory) => `${directory || "."}/${program}`))];
}
