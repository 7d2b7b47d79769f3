/** Finds out all that has to be copied before the first byte is. @module */

import { CopyProblem, type EntryFacts, type Side } from "./side.ts";

/** One thing to be made at the new place. */
export interface PlannedEntry {
  /** Its path at the source. */
  readonly from: string;
  /** What it is there. */
  readonly facts: EntryFacts;
  /** Its path at the target. */
  readonly to: string;
}

/** All of them. */
export interface CopyPlan {
  /** In the order they have to be made. */
  readonly directories: readonly PlannedEntry[];
  /** Files and links, in no order that matters. */
  readonly leaves: readonly PlannedEntry[];
  /** Bytes of all files. */
  readonly bytes: number;
}

/** Ends to copy between. */
export interface Ends {
  /** Where it comes from. */
  readonly source: Side;
  /** Where it goes. */
  readonly target: Side;
}

/**
 * Plans the copy of one source, which goes into the target when that is a directory.
 * @param onProblem told of what cannot be copied, such as a device
 * @throws {CopyProblem} when the source is missing, or a directory although `recursive` is false
 */
export async function planCopy(
  { source, target }: Ends,
  { from, to, recursive }: {
    readonly from: string;
    readonly to: string;
    readonly recursive: boolean;
  },
  onProblem: (problem: string) => void,
): Promise<CopyPlan> {
  // Only within a tree links are copied as links: one that is named is meant to be followed.
  const facts = await source.look(from, { followLink: !recursive });
  if (facts === undefined) throw new CopyProblem(`${source.shown(from)} does not exist`);
  if (facts.kind === "directory" && !recursive) {
    throw new CopyProblem(`${source.shown(from)} is a directory: wanted a file, or cp -r`);
  }
  const found = await target.look(to, { followLink: true });
  const isInto = found?.kind === "directory";
  if (facts.kind === "directory" && found !== undefined && !isInto) {
    throw new CopyProblem(`${target.shown(to)} is no directory, but ${source.shown(from)} is one`);
  }
  const root = isInto ? target.join(to, source.split(from).name) : to;
  const plan = new Planner(source, target, onProblem);
  await plan.add({ from, facts, to: root });
  return plan;
}

class Planner implements CopyPlan {
  readonly directories: PlannedEntry[] = [];
  readonly leaves: PlannedEntry[] = [];
  bytes = 0;
  readonly #source: Side;
  readonly #target: Side;
  readonly #onProblem: (problem: string) => void;

  constructor(source: Side, target: Side, onProblem: (problem: string) => void) {
    this.#source = source;
    this.#target = target;
    this.#onProblem = onProblem;
  }

  async add(root: PlannedEntry): Promise<void> {
    this.#take(root);
    // Grows while it is gone through: directories are found in directories.
    for (const directory of this.directories) {
      for (const { name, path, facts } of await this.#list(directory.from)) {
        this.#take({ from: path, facts, to: this.#target.join(directory.to, name) });
      }
    }
  }

  #take(entry: PlannedEntry): void {
    switch (entry.facts.kind) {
      case "directory":
        this.directories.push(entry);
        return;
      case "file":
        this.bytes += entry.facts.size;
        this.leaves.push(entry);
        return;
      case "symlink":
        this.leaves.push(entry);
        return;
      case "other":
        this.#onProblem(
          `${this.#source.shown(entry.from)} is neither file, directory nor link: left out`,
        );
    }
  }

  async #list(path: string): ReturnType<Side["list"]> {
    try {
      return await this.#source.list(path);
    } catch (error) {
      if (!(error instanceof CopyProblem)) throw error;
      this.#onProblem(error.message);
      return [];
    }
  }
}
