/** `fs/walk`: a tree, breadth first, within limits. @module */

import { RpcError } from "../../protocol/errors.ts";
import { childUri, type PathUri } from "../../protocol/path_uri.ts";
import type {
  WalkEntry,
  WalkError,
  WalkOptions,
  WalkParams,
  WalkResult,
} from "../../protocol/methods/fs_walk.ts";
import type { Call } from "../call.ts";
import { FileFault } from "./file_fault.ts";
import type { FileStatus, FileSystem, NativePath } from "./file_system.ts";
import { fileError, localPath, refuseSandbox } from "./path.ts";
import { AnswerBudget } from "./search/answer_budget.ts";
import { BreadthFirst } from "./search/breadth_first.ts";
import { directoryEntries, type Entry, identityOf } from "./search/directory_entries.ts";
import { requireWaiting, Steps } from "./steps.ts";

/** Most a walk may be asked for. */
const most = { maxDepth: 64, maxDirectories: 10_000, maxEntries: 50_000 };

/** Lists a tree. */
export async function walk(params: WalkParams, call: Call): Promise<WalkResult> {
  refuseSandbox(params.sandbox);
  requireLimits(params.options);
  const path = localPath(params.path, call.machine);
  return await call.holdings.searches.trees.run(async () => {
    requireWaiting(call.signal);
    const ending = new AbortController();
    try {
      return await walkFrom({ uri: params.path, path }, params.options, { call, ending });
    } catch (error) {
      throw fileError(error, path);
    } finally {
      // Of what was read ahead, nothing is wanted any more.
      ending.abort();
    }
  });
}

function requireLimits({ maxDepth, maxDirectories, maxEntries }: WalkOptions): void {
  if (maxDirectories === 0 || maxEntries === 0) {
    throw new RpcError("fileRefused", "filesystem walk limits must be greater than zero");
  }
  if (
    maxDepth > most.maxDepth || maxDirectories > most.maxDirectories || maxEntries > most.maxEntries
  ) {
    throw new RpcError(
      "fileRefused",
      `filesystem walk limits exceed maximums: depth=${most.maxDepth}, ` +
        `directories=${most.maxDirectories}, entries=${most.maxEntries}`,
    );
  }
}

async function walkFrom(
  root: { readonly uri: PathUri; readonly path: NativePath },
  options: WalkOptions,
  { call, ending }: { call: Call; ending: AbortController },
): Promise<WalkResult> {
  const { files } = call.machine;
  const target = await rootDirectory(files, root.path, options);
  const found = new Found(options, target);
  if (target !== undefined) {
    const steps = new Steps(call);
    const signal = AbortSignal.any([call.signal, ending.signal]);
    const { followDirectorySymlinks: followLinks, maxEntries: limit } = options;
    const tree = new BreadthFirst<Directory, Entry>(({ path, isLink }) =>
      directoryEntries(files, path, {
        links: isLink ? "follow" : "last",
        followLinks,
        limit: limit + 1,
        steps,
        signal,
      })
    );
    tree.push({ ...root, depth: 0, isLink: followLinks });
    await found.takeAll(tree, steps);
  }
  await call.roomToAnswer(found.bytes);
  const { entries, errors, truncated } = found;
  return { entries, errors, truncated };
}

/** Facts about the root when it is a directory to be walked. @throws {FileFault} when it is missing */
async function rootDirectory(
  files: FileSystem,
  path: NativePath,
  { followDirectorySymlinks }: WalkOptions,
): Promise<FileStatus | undefined> {
  // A link that leads nowhere is missing, whether links are followed or not.
  const status = await files.status(path, "follow");
  if (status.kind !== "directory") return undefined;
  if (followDirectorySymlinks) return status;
  return (await files.status(path, "last")).kind === "directory" ? status : undefined;
}

/** A directory to enter. */
interface Directory {
  readonly uri: PathUri;
  readonly path: NativePath;
  /** Levels below the root. */
  readonly depth: number;
  /** Whether it was reached by a link that is to be followed. */
  readonly isLink: boolean;
}

/** What a walk has found, and how much more it may. */
class Found {
  readonly entries: WalkEntry[] = [];
  readonly errors: WalkError[] = [];
  truncated = false;
  readonly #budget = new AnswerBudget();
  readonly #options: WalkOptions;
  /** Directories that are to be entered, or were, when there may be several ways to one. */
  readonly #known = new Set<string>();
  #directories = 1;
  #looked = 0;

  constructor(options: WalkOptions, root: FileStatus | undefined) {
    this.#options = options;
    if (root !== undefined) this.#known.add(identityOf(root));
  }

  /** About how long the answer is. */
  get bytes(): number {
    return this.#budget.spent;
  }

  /** Goes through a tree to its end, or to a limit that ends the walk. */
  async takeAll(tree: BreadthFirst<Directory, Entry>, steps: Steps): Promise<void> {
    for (let visit = await tree.next(); visit !== undefined; visit = await tree.next()) {
      const { directory } = visit;
      // Directories that were read at once are no wait, and may hold nothing.
      const turn = steps.next();
      if (turn !== undefined) await turn;
      if ("error" in visit) {
        if (!this.#addError(directory.uri, visit.error)) return;
        continue;
      }
      for (const entry of visit.entries) {
        if (!this.#take(entry, directory, tree)) return;
        const pause = steps.nextSmall();
        if (pause !== undefined) await pause;
      }
    }
  }

  /** @returns false at a limit that ends the walk */
  #take(entry: Entry, parent: Directory, tree: BreadthFirst<Directory, Entry>): boolean {
    if (++this.#looked > this.#options.maxEntries) return this.#cut();
    const { kind } = entry;
    if (entry.fault !== undefined) {
      return this.#addError(childUri(parent.uri, entry.name), entry.fault);
    }
    if (kind !== "file" && kind !== "directory") return true;
    const path = childUri(parent.uri, entry.name);
    if (!this.#budget.pay(path.length)) return this.#cut();
    this.entries.push({ path, kind });
    if (kind === "directory" && this.#mayEnter(entry, parent)) {
      tree.push({
        uri: path,
        path: parent.path === "/" ? `/${entry.name}` : `${parent.path}/${entry.name}`,
        depth: parent.depth + 1,
        isLink: entry.isLink ?? false,
      });
    }
    return true;
  }

  #mayEnter({ name, identity }: Entry, { depth }: Directory): boolean {
    const { maxDepth, maxDirectories, pruneHiddenDirectories = false } = this.#options;
    if (depth >= maxDepth || (pruneHiddenDirectories && name.startsWith("."))) return false;
    if (identity !== undefined && this.#known.has(identity)) return false;
    if (this.#directories >= maxDirectories) {
      this.truncated = true;
      return false;
    }
    this.#directories++;
    if (identity !== undefined) this.#known.add(identity);
    return true;
  }

  #addError(path: PathUri, error: unknown): boolean {
    if (!(error instanceof FileFault)) throw error;
    const { message } = error;
    if (!this.#budget.pay(path.length + message.length)) return this.#cut();
    this.errors.push({ path, message });
    return true;
  }

  #cut(): false {
    this.truncated = true;
    return false;
  }
}
