/** The files and directories a search looks at, in the order of `fs/walk`. @module */

import type { Steps } from "../steps.ts";
import { nativeText } from "../../../protocol/native_path.ts";
import { childUri, type PathUri } from "../../../protocol/path_uri.ts";
import { FileFault, isFault } from "../file_fault.ts";
import type { FileSystem, NativePath } from "../file_system.ts";
import { BreadthFirst } from "./breadth_first.ts";
import { directoryEntries, type Entry } from "./directory_entries.ts";
import { ignoreFileNames, IgnoreRules } from "./ignore_rules.ts";
import type { PathTest } from "./path_patterns.ts";

/** Something to look at. */
export interface Candidate {
  /** The root's URI, and the names below it. */
  readonly uri: PathUri;
  /** Where it is. */
  readonly path: NativePath;
  /** The names below the root. */
  readonly relative: string;
  /** What it is. */
  readonly kind: "file" | "directory";
}

/** Which part of the tree is wanted. */
export interface TreeOptions {
  /** Whether ignore files count, and `.git` is skipped. */
  readonly respectIgnoreFiles: boolean;
  /** Whether names that begin with a dot count. */
  readonly includeHidden: boolean;
  /** What is skipped, directories with all they hold. */
  readonly isExcluded: PathTest;
  /** Directories that need not be entered are those for which this is false. */
  readonly mayHold: PathTest;
  /** Told of what cannot be read. */
  readonly onFault: (uri: PathUri, fault: FileFault) => void;
}

/** A larger ignore file is not taken for one. */
const MOST_IGNORE_BYTES = 1 << 20;

/** Nobody else waits for a turn in the program that searches. */
const steps: Pick<Steps, "next"> = { next: () => undefined };

interface Directory extends Candidate {
  readonly rules: IgnoreRules;
}

/** Goes through the tree below a directory. Links are neither given nor followed. */
export class SearchTree {
  readonly #files: FileSystem;
  readonly #options: TreeOptions;
  readonly #queue: BreadthFirst<Directory, Entry>;

  constructor(files: FileSystem, options: TreeOptions) {
    this.#files = files;
    this.#options = options;
    const { signal } = new AbortController();
    this.#queue = new BreadthFirst(({ path, relative }) =>
      directoryEntries(files, path, {
        links: relative === "" ? "follow" : "last",
        followLinks: false,
        limit: Infinity,
        steps,
        signal,
      })
    );
  }

  /** Everything below a directory that is not skipped. */
  async *candidates(uri: PathUri, path: NativePath): AsyncGenerator<Candidate> {
    const rules = new IgnoreRules();
    this.#queue.push({ uri, path, relative: "", kind: "directory", rules });
    for (;;) {
      const visit = await this.#queue.next();
      if (visit === undefined) return;
      const { directory } = visit;
      if ("error" in visit) {
        this.#tell(directory.uri, visit.error);
        continue;
      }
      const rules = await this.#rulesIn(directory, visit.entries);
      for (const entry of visit.entries) {
        const candidate = this.#candidate(entry, directory, rules);
        if (candidate === undefined) continue;
        yield candidate;
        if (candidate.kind === "file" || !this.#options.mayHold(candidate.relative)) continue;
        this.#queue.push({ ...candidate, rules });
      }
    }
  }

  #candidate(entry: Entry, parent: Directory, rules: IgnoreRules): Candidate | undefined {
    const { name, kind, fault } = entry;
    const { includeHidden, respectIgnoreFiles, isExcluded } = this.#options;
    if (!includeHidden && name.startsWith(".")) return undefined;
    if (respectIgnoreFiles && name === ".git") return undefined;
    if (fault !== undefined) this.#tell(childUri(parent.uri, name), fault);
    if (kind !== "file" && kind !== "directory") return undefined;
    const relative = parent.relative === "" ? name : `${parent.relative}/${name}`;
    if (isExcluded(relative)) return undefined;
    if (respectIgnoreFiles && rules.ignores(relative, kind === "directory")) return undefined;
    const path = parent.path === "/" ? `/${name}` : `${parent.path}/${name}`;
    return { uri: childUri(parent.uri, name), path, relative, kind };
  }

  async #rulesIn(directory: Directory, entries: readonly Entry[]): Promise<IgnoreRules> {
    if (!this.#options.respectIgnoreFiles) return directory.rules;
    const texts: string[] = [];
    for (const name of ignoreFileNames) {
      if (!entries.some((entry) => entry.name === name && entry.kind === "file")) continue;
      const text = await this.#read(directory, name);
      if (text !== undefined) texts.push(text);
    }
    return texts.length === 0 ? directory.rules : directory.rules.within(directory.relative, texts);
  }

  async #read({ path, uri }: Directory, name: string): Promise<string | undefined> {
    try {
      const file = await this.#files.open(`${path}/${name}`, { access: "read", links: "last" });
      try {
        const { kind, size } = await file.status();
        if (kind !== "file") return undefined;
        if (size > MOST_IGNORE_BYTES) {
          throw FileFault.of("EFBIG", "The file is too large to be obeyed");
        }
        const bytes = new Uint8Array(size);
        // In the same form as names, so that bytes which are not UTF-8 match as well.
        return nativeText(bytes.subarray(0, await file.read(bytes, 0)));
      } finally {
        await file.close();
      }
    } catch (error) {
      this.#tell(childUri(uri, name), error);
      return undefined;
    }
  }

  /** What is gone meanwhile is simply not there. */
  #tell(uri: PathUri, error: unknown): void {
    if (!(error instanceof FileFault)) throw error;
    if (!isFault(error, "ENOENT")) this.#options.onFault(uri, error);
  }
}
