/** Takes hold of what lies at a path, so that nobody can put something else in its place. @module */

import { cPath, loadFileLibrary } from "../fs/posix/file_calls.ts";
import { atFlags, callNumbers, openFlags, resolveFlags } from "../fs/posix/file_numbers.ts";
import { openHow } from "../fs/posix/kernel_abilities.ts";

/**
 * Opens a file or directory without any right to its content.
 * @param path absolute, without links
 * @returns a descriptor that is the caller's to close; undefined when it is not there, or when there
 * is a link on the way by now
 */
export function openPlace(path: string): number | undefined {
  const { calls } = loadFileLibrary();
  // Together with `noFollow` it would open a link at the end of the path, as a link.
  const flags = openFlags.pathOnly | openFlags.closeOnExec;
  const how = openHow({ flags, resolve: resolveFlags.noLinks });
  const { openat2 } = callNumbers;
  const place = calls.openat2(openat2, atFlags.noDirectory, cPath(path), how, how.byteLength);
  return place < 0 ? undefined : place;
}

/** Lets go of places. */
export function closePlaces(places: Iterable<number>): void {
  const { calls } = loadFileLibrary();
  for (const place of places) calls.close(place);
}

/** Where something in a held directory can be found, whatever became of the directory's name. */
export function pathIn(place: number, name: string): string {
  return `/proc/self/fd/${place}/${name}`;
}
