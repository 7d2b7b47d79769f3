/** Walks a tree at a server to its end, however often the server has to stop at its limits. @module */

import type { DirectoryEntry, Metadata } from "../../protocol/methods/fs_metadata.ts";
import type { WalkEntry, WalkOptions } from "../../protocol/methods/fs_walk.ts";
import { childUri, type PathUri } from "../../protocol/path_uri.ts";
import { ExecServerError } from "../errors.ts";
import { type FileCalls, uriOf } from "./calls.ts";
import type { FilePath, WalkItem, WalkTreeOptions } from "./file_system.ts";

// The largest the protocol allows.
const MAX_DEPTH = 64;
const MAX_DIRECTORIES = 10_000;
const MAX_ENTRIES = 50_000;

// Metadata calls on their way at once, for servers that describe only one entry at a time.
const CALLS_AT_ONCE = 64;

/** A directory that is still to be walked. */
interface Part {
  readonly path: PathUri;
  /** Levels below its own entries. */
  readonly depth: number;
}

/**
 * Everything below a directory: breadth first and sorted by name within a directory, up to the place
 * where the server meets a limit; from there on in parts, each of them in this order.
 * @throws {ExecServerError} `limit` when links are followed and one answer cannot hold the tree: where
 * such a walk has been cannot be told from outside
 */
export async function* walkTree(
  calls: FileCalls,
  root: FilePath,
  options: WalkTreeOptions = {},
): AsyncGenerator<WalkItem> {
  const { maxDepth = MAX_DEPTH, signal } = options;
  const parts: Part[] = [{ path: uriOf(root), depth: Math.min(maxDepth, MAX_DEPTH) }];
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const params = { path: part.path, options: limitsOf(part, options) };
    const result = await calls.call("fs/walk", params, { signal });
    if (result.truncated && options.followDirectorySymlinks === true) throw cannotGoOn(part.path);
    yield* result.entries;
    yield* result.errors.map((error) => ({ kind: "error" as const, ...error }));
    if (!result.truncated) continue;
    const { cut, later } = whatIsLeft(part, result.entries);
    const known = new Set(result.entries.map(({ path }) => path));
    for (const entry of await listDirectory(calls, cut.path, signal)) {
      if (known.has(entry.path)) continue;
      yield entry;
      if (entry.kind === "directory") later.push({ path: entry.path, depth: cut.depth - 1 });
    }
    parts.push(...later.filter((part) => isEntered(part, options)));
  }
}

function limitsOf({ depth }: Part, options: WalkTreeOptions): WalkOptions {
  return {
    maxDepth: depth,
    maxDirectories: MAX_DIRECTORIES,
    maxEntries: MAX_ENTRIES,
    followDirectorySymlinks: options.followDirectorySymlinks ?? false,
    pruneHiddenDirectories: options.pruneHiddenDirectories ?? false,
  };
}

function isEntered({ path, depth }: Part, { pruneHiddenDirectories }: WalkTreeOptions): boolean {
  return depth >= 0 && !(pruneHiddenDirectories === true && /\/\.[^/]*$/.test(path));
}

/**
 * What a cut walk leaves to be done. Entries come directory by directory: those before the `cut` one,
 * which holds the last entry, are listed completely; those after it are not listed at all.
 */
function whatIsLeft(
  root: Part,
  entries: readonly WalkEntry[],
): { readonly cut: Part; readonly later: Part[] } {
  const directories = new Map<PathUri, Part>([[root.path, root]]);
  for (const { path, kind } of entries) {
    if (kind !== "directory") continue;
    const { depth } = directories.get(parentOf(path)) ?? root;
    directories.set(path, { path, depth: depth - 1 });
  }
  const inOrder = [...directories.values()];
  const last = entries.at(-1);
  const cut = (last && directories.get(parentOf(last.path))) ?? root;
  return { cut, later: inOrder.slice(inOrder.indexOf(cut) + 1) };
}

function parentOf(path: PathUri): PathUri {
  return path.slice(0, Math.max(path.lastIndexOf("/"), "file:///".length));
}

/** All files and directories of one directory, links to files left out as in a walk. */
async function listDirectory(
  calls: FileCalls,
  path: PathUri,
  signal: AbortSignal | undefined,
): Promise<WalkEntry[]> {
  const metadata = calls.capabilities.fsMetadata;
  const params = metadata ? { path, metadata } : { path };
  const { entries } = await calls.call("fs/readDirectory", params, { signal });
  const found: WalkEntry[] = [];
  for (let at = 0; at < entries.length; at += CALLS_AT_ONCE) {
    const some = entries.slice(at, at + CALLS_AT_ONCE);
    found.push(...(await Promise.all(some.map(describe))).flat());
  }
  return found;

  async function describe(entry: DirectoryEntry): Promise<WalkEntry[]> {
    const child = entry.path ?? childUri(path, entry.fileName);
    const { isSymlink, isDirectory, isFile } = entry.metadata ?? await inspect(child);
    if (isSymlink || !(isDirectory || isFile)) return [];
    return [{ path: child, kind: isDirectory ? "directory" : "file" }];
  }

  async function inspect(child: PathUri): Promise<Partial<Metadata>> {
    try {
      return await calls.call("fs/getMetadata", { path: child }, { signal });
    } catch (error) {
      // It has gone since it was listed.
      if (error instanceof ExecServerError && error.kind === "notFound") return {};
      throw error;
    }
  }
}

function cannotGoOn(path: PathUri): ExecServerError {
  const text = `Cannot walk all of "${path}" in one answer while links are followed: ` +
    "walk its directories one by one";
  return new ExecServerError("limit", text);
}
