/** The entries of one directory, in order, with what the directory itself does not tell. @module */

import { forEachAtOnce } from "../at_once.ts";
import { FileFault, isFault } from "../file_fault.ts";
import type {
  DirectoryItem,
  FileKind,
  FileStatus,
  FileSystem,
  Links,
  NativePath,
  OpenDirectory,
} from "../file_system.ts";
import type { Steps } from "../steps.ts";
import { firstByName } from "./name_order.ts";

/** An entry of a directory. Of a link that is followed, `kind` is that of its target. */
export interface Entry {
  /** As a part of a `NativePath`. */
  readonly name: string;
  /** Undefined when it could not be found out; `fault` says why. */
  readonly kind: FileKind | undefined;
  /** Whether it is a link that leads to a directory; only when links are followed. */
  readonly isLink?: boolean;
  /** The same for all ways to one directory; only when links are followed. */
  readonly identity?: string;
  /** Why nothing is known about it. */
  readonly fault?: FileFault;
}

/** How to read a directory. */
export interface ReadOptions {
  /** Whether the directory may be a link, or reached by links that were not there before. */
  readonly links: Links;
  /** Whether links to directories are directories. */
  readonly followLinks: boolean;
  /** Entries wanted; those that come later in the order may be left out. */
  readonly limit: number;
  /** Others get their turn in these. */
  readonly steps: Pick<Steps, "next">;
  /** Gives up when it fires. */
  readonly signal: AbortSignal;
}

/**
 * Reads a directory. Links that lead nowhere are left out, as the reference leaves them out.
 * @throws {FileFault} when it cannot be read
 */
export async function directoryEntries(
  files: FileSystem,
  path: NativePath,
  options: ReadOptions,
): Promise<readonly Entry[]> {
  const directory = await files.openDirectory(path, options.links);
  try {
    const items = await directory.items(options.signal);
    const { followLinks } = options;
    // What may turn out to be nothing must not take the place of another.
    const unsure = countUnsure(items);
    const chosen = await firstByName(items, options.limit + unsure, options.steps);
    if (unsure === 0 && !followLinks) return chosen;
    return await lookAtOdd(chosen, { files, directory, followLinks });
  } finally {
    directory.close();
  }
}

function countUnsure(items: readonly DirectoryItem[]): number {
  let count = 0;
  for (const { kind } of items) if (kind === undefined || kind === "symlink") count++;
  return count;
}

interface Surroundings {
  readonly files: FileSystem;
  readonly directory: OpenDirectory;
  readonly followLinks: boolean;
}

async function lookAtOdd(
  items: readonly DirectoryItem[],
  around: Surroundings,
): Promise<readonly Entry[]> {
  const odd = items.filter(({ kind }) =>
    kind === undefined || kind === "symlink" || (around.followLinks && kind === "directory")
  );
  const looked = new Map<string, Entry | undefined>();
  await forEachAtOnce(odd, async (item) => {
    looked.set(item.name, await look(item, around));
  });
  const entries: Entry[] = [];
  for (const item of items) {
    const entry = looked.has(item.name) ? looked.get(item.name) : item;
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** Undefined when it is gone, or leads nowhere. */
async function look(item: DirectoryItem, around: Surroundings): Promise<Entry | undefined> {
  const { name } = item;
  const place = { parent: around.directory, name };
  if (item.kind === "symlink") return await lookThrough(name, around);
  try {
    const status = await around.files.status(place, "last");
    if (status.kind === "symlink") return await lookThrough(name, around);
    return { name, kind: status.kind, identity: identityOf(status) };
  } catch (fault) {
    if (!(fault instanceof FileFault)) throw fault;
    return isFault(fault, "ENOENT") ? undefined : { name, kind: undefined, fault };
  }
}

async function lookThrough(
  name: string,
  { files, directory, followLinks }: Surroundings,
): Promise<Entry | undefined> {
  try {
    const status = await files.status({ parent: directory, name }, "follow");
    if (!followLinks || status.kind !== "directory") return { name, kind: "symlink" };
    return { name, kind: "directory", isLink: true, identity: identityOf(status) };
  } catch (fault) {
    if (fault instanceof FileFault) return undefined;
    throw fault;
  }
}

/** The same for two ways to one directory, and only then. */
export function identityOf({ device, inode }: FileStatus): string {
  return `${device}:${inode}`;
}
