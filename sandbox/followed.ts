/** Looks at paths that commands may have made: what cannot be followed is no error. @module */

import {
  type DirectoryItem,
  DiskRefusal,
  type DiskView,
  type NodeKind,
  type Place,
} from "./disk_view.ts";
import { pathBelow } from "./paths.ts";

/** Undefined for what cannot be followed: commands write such texts and links. */
export function placeOf(path: string, disk: DiskView): Place | undefined {
  try {
    return disk.place(path);
  } catch (error) {
    if (error instanceof DiskRefusal) return undefined;
    throw error;
  }
}

/** What lies where a path leads. */
export function kindAt(path: string, disk: DiskView): NodeKind {
  return placeOf(path, disk)?.kind ?? "missing";
}

/** Whether something has this name, be it a link that leads nowhere, or something closed. */
export function isThere(path: string, disk: DiskView): boolean {
  const place = placeOf(path, disk);
  return place === undefined || place.kind !== "missing" || place.links.at(-1)?.path === path;
}

/** The real path that a line of text names, seen from a directory; undefined when there is none. */
export function pathIn(
  text: string | undefined,
  directory: string,
  disk: DiskView,
): string | undefined {
  const path = text?.trim();
  if (path === undefined || path === "" || /[\0\n]/.test(path)) return undefined;
  const place = placeOf(path.startsWith("/") ? path : pathBelow(directory, path), disk);
  return place === undefined || place.kind === "missing" ? undefined : place.real;
}

/** The directory that holds a path in normal form. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** Names of the directories among what a directory holds, in a fixed order. */
export function directoriesAmong(entries: readonly DirectoryItem[]): readonly string[] {
  return entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
}
