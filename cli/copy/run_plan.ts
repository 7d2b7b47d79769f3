/** Carries out a plan: directories first, then files side by side, then the directories' modes. @module */

import { copyFile, type FileCopyOptions } from "./copy_file.ts";
import type { CopyPlan, Ends, PlannedEntry } from "./plan.ts";
import { CopyProblem } from "./side.ts";

/** Files in work at once: small ones cost mostly round trips, which overlap. */
const FILES_AT_ONCE = 16;
/** While a directory is being filled, this user must be able to. */
const OWNER_ALL = 0o700;

/** How to carry it out. */
export interface RunOptions extends FileCopyOptions {
  /** Told what cannot be copied; the rest goes on. */
  readonly onProblem: (problem: string) => void;
}

/**
 * Copies all of it.
 * @throws {ExecServerError} when the connection is lost; `signal.reason` when it aborts
 */
export async function runPlan(ends: Ends, plan: CopyPlan, options: RunOptions): Promise<void> {
  for (const { to, facts: { mode } } of plan.directories) {
    await ends.target.makeDirectory(to);
    if (mode !== undefined && (mode & OWNER_ALL) !== OWNER_ALL) {
      await ends.target.setMode(to, mode | OWNER_ALL);
    }
  }
  const leaves = plan.leaves.values();
  const workers = Array.from({ length: FILES_AT_ONCE }, () => work(ends, leaves, options));
  await allSettled(workers);
  // Innermost first: a directory without write permission still has to take its own.
  for (const { to, facts: { mode } } of plan.directories.toReversed()) {
    if (mode !== undefined) await ends.target.setMode(to, mode);
  }
}

/** Takes entries until none is left. */
async function work(
  ends: Ends,
  leaves: IterableIterator<PlannedEntry>,
  options: RunOptions,
): Promise<void> {
  for (const leaf of leaves) {
    options.signal.throwIfAborted();
    try {
      await copyLeaf(ends, leaf, options);
    } catch (error) {
      if (!(error instanceof CopyProblem)) throw error;
      options.onProblem(error.message);
    }
  }
}

async function copyLeaf(ends: Ends, leaf: PlannedEntry, options: RunOptions): Promise<void> {
  const { from, facts, to } = leaf;
  if (facts.kind === "file") return await copyFile({ ...ends, from, facts, to }, options);
  if (facts.linkTarget === undefined) {
    throw new CopyProblem(`${ends.source.shown(from)}: this server does not tell what a link says`);
  }
  await ends.target.makeLink(to, facts.linkTarget);
}

/** Waits for all of them before it reports the first failure, so that nothing goes on behind it. */
async function allSettled(workers: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(workers);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}
