/**
 * Tells once when one of several missing paths may have appeared.
 *
 * Every directory on the way to a path is watched for the name that leads on, so that it does not
 * matter where on the way something appears, or goes away.
 * @module
 */

import { FileFault, isFault } from "../file_fault.ts";
import type { FileKind, FileSystem, NativePath } from "../file_system.ts";
import { NameWatch, wayTo } from "./name_watch.ts";
import type { Watcher } from "./watcher.ts";

/** What is waited for. */
export interface MissingPaths {
  /** Paths at which there must be nothing. */
  readonly missing: readonly NativePath[];
  /** A path at which there must be something, which counts too. */
  readonly present: NativePath | undefined;
}

/** What a watch works with. */
export interface MissingWatchOptions {
  /** Looks at paths. */
  readonly files: FileSystem;
  /** Tells of changes. */
  readonly watcher: Watcher;
  /** Called once, after `start` has said true. */
  readonly onChange: () => void;
}

type Names = Map<NativePath, Set<string>>;

/** A single use: starts, tells, is over. */
export class MissingWatch {
  readonly #options: MissingWatchOptions;
  readonly #names: NameWatch;
  #isArmed = false;
  #isOver = false;

  constructor(options: MissingWatchOptions) {
    this.#options = options;
    this.#names = new NameWatch(options.watcher, () => this.#changed());
  }

  /** Begins. @returns false when something is otherwise already, or cannot be watched for sure */
  async start(paths: MissingPaths): Promise<boolean> {
    try {
      this.#isArmed = await this.#watch(paths) && !this.#isOver;
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
    } finally {
      if (!this.#isArmed) this.close();
    }
    return this.#isArmed;
  }

  /** Tells nothing more. */
  close(): void {
    this.#isOver = true;
    this.#names.close();
  }

  #changed(): void {
    if (this.#isOver) return;
    this.close();
    if (this.#isArmed) this.#options.onChange();
  }

  async #watch(paths: MissingPaths): Promise<boolean> {
    const names = await this.#namesOf(paths);
    if (names === undefined || await this.#isDeaf(names)) return false;
    // From above: what is exchanged later is told by the directory it was exchanged in.
    const directories = [...names.keys()].sort((one, other) => one.length - other.length);
    for (const directory of directories) {
      await this.#names.watchNames(directory, names.get(directory) ?? new Set());
    }
    if (paths.present !== undefined) await this.#names.watchItself(paths.present);
    // What appeared before it was watched was told by nobody.
    const now = await this.#namesOf(paths);
    return now !== undefined && now.size === names.size &&
      [...now].every(([directory, wanted]) => names.get(directory)?.size === wanted.size);
  }

  async #isDeaf(names: Names): Promise<boolean> {
    for (const directory of names.keys()) {
      if (await this.#options.watcher.deafness(directory) !== undefined) return true;
    }
    return false;
  }

  /** The names to watch by directory; undefined when something is otherwise than it must be. */
  async #namesOf({ missing, present }: MissingPaths): Promise<Names | undefined> {
    const names: Names = new Map();
    const kinds = new Map<NativePath, FileKind | undefined>();
    const kindOf = async (path: NativePath) => {
      if (!kinds.has(path)) kinds.set(path, await this.#kindOf(path));
      return kinds.get(path);
    };
    for (const path of missing) {
      if (await followWay(path, { names, kindOf }) !== "missing") return undefined;
    }
    if (present === undefined) return names;
    return await followWay(present, { names, kindOf }) === "present" ? names : undefined;
  }

  async #kindOf(path: NativePath): Promise<FileKind | undefined> {
    try {
      return (await this.#options.files.status(path, "last")).kind;
    } catch (error) {
      if (isFault(error, "ENOENT")) return undefined;
      throw error;
    }
  }
}

/** Notes the names on the way to a path, as far as it leads. Links on it, or at its end, are not
 * followed: where they lead is not watched. */
async function followWay(
  path: NativePath,
  { names, kindOf }: {
    readonly names: Names;
    readonly kindOf: (path: NativePath) => Promise<FileKind | undefined>;
  },
): Promise<"missing" | "present" | "unusable"> {
  const way = wayTo(path);
  for (const [at, [directory, name]] of way.entries()) {
    names.set(directory, (names.get(directory) ?? new Set()).add(name));
    const kind = await kindOf(directory === "/" ? `/${name}` : `${directory}/${name}`);
    if (kind === undefined) return "missing";
    const isEnd = at === way.length - 1;
    if (kind === "symlink" || (kind !== "directory" && !isEnd)) return "unusable";
  }
  return "present";
}
