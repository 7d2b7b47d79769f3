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
  /** The directory of the plan that it is in; undefined for the source itself. */
  readonly within: PlannedEntry | undefined;
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

/** What to plan. */
export interface PlanRequest {
  /** The source. */
  readonly from: string;
  /** The target. */
  readonly to: string;
  /** Whether a directory may be copied. */
  readonly recursive: boolean;
  /** Stops it. */
  readonly signal: AbortSignal;
  /** Where earlier sources of the same command go; this one's place is added. */
  readonly taken: Set<string>;
}

/**
 * Plans the copy of one source, which goes into the target when that is a directory.
 * @param onProblem told of what cannot be copied, such as a device
 * @throws {CopyProblem} when the source is missing, or a directory although `recursive` is false,
 * or when its place is taken
 */
export async function planCopy(
  { source, target }: Ends,
  { from, to, recursive, signal, taken }: PlanRequest,
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
  const { name } = source.split(from);
  const root = isInto && isOneName(name) ? target.join(to, name) : to;
  if (taken.has(root)) {
    throw new CopyProblem(
      `${source.shown(from)}: ${target.shown(root)} is where another source goes; left out`,
    );
  }
  taken.add(root);
  const plan = new Planner({ source, target }, signal, onProblem);
  await plan.add({ from, facts, to: root, within: undefined });
  return plan;
}

/** Whether a name leads to an entry of its directory, and nowhere else. */
function isOneName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name);
}

class Planner implements CopyPlan {
  readonly directories: PlannedEntry[] = [];
  readonly leaves: PlannedEntry[] = [];
  bytes = 0;
  readonly #source: Side;
  readonly #target: Side;
  readonly #signal: AbortSignal;
  readonly #onProblem: (problem: string) => void;

  constructor(
    { source, target }: Ends,
    signal: AbortSignal,
    onProblem: (problem: string) => void,
  ) {
    this.#source = source;
    this.#target = target;
    this.#signal = signal;
    this.#onProblem = onProblem;
  }

  async add(root: PlannedEntry): Promise<void> {
    this.#take(root);
    // Grows while it is gone through: directories are found in directories.
    for (const within of this.directories) {
      this.#signal.throwIfAborted();
      const names = new Set<string>();
      for (const { name, path, facts } of await this.#list(within.from)) {
        if (!this.#accepts(name, { names, within })) continue;
        this.#take({ from: path, facts, to: this.#target.join(within.to, name), within });
      }
    }
  }

  /** The other end may say anything; what it says must not lead out of the target. */
  #accepts(
    name: string,
    { names, within }: { readonly names: Set<string>; readonly within: PlannedEntry },
  ): boolean {
    const isGood = isOneName(name) && !names.has(name);
    names.add(name);
    if (!isGood) {
      const flaw = isOneName(name) ? "is listed twice" : "is no name of an entry";
      this.#onProblem(
        `${this.#source.shown(within.from)}: ${JSON.stringify(name)} ${flaw}: left out`,
      );
    }
    return isGood;
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
