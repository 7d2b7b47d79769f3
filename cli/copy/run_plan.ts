/** Carries out a plan: directories first, then files side by side, then the directories' modes. @module */

import { ExecServerError } from "../../client/mod.ts";
import { copyFile, type FileCopyOptions } from "./copy_file.ts";
import type { CopyPlan, Ends, PlannedEntry } from "./plan.ts";
import { CopyProblem, type Side } from "./side.ts";

/** Files in work at once: small ones cost mostly round trips, which overlap. */
const FILES_AT_ONCE = 16;
/** While a directory is being filled, this user must be able to. */
const OWNER_ALL = 0o700;
/** What is taken over of a directory's mode: set-id bits are not. */
const DIRECTORY_MODE = 0o1777;
/** How often a file is begun when the connection breaks. */
const ATTEMPTS = 3;

/** How to carry it out. */
export interface RunOptions extends FileCopyOptions {
  /** Told what cannot be copied; the rest goes on. */
  readonly onProblem: (problem: string) => void;
  /** Whether the connection is lost for good. */
  readonly isEnded: () => boolean;
}

/**
 * Copies all of it.
 * @throws {ExecServerError} when the connection is lost; `signal.reason` when it aborts
 */
export async function runPlan(ends: Ends, plan: CopyPlan, options: RunOptions): Promise<void> {
  const made = new Set<PlannedEntry>();
  const missing = new Set<PlannedEntry>();
  for (const directory of plan.directories) {
    const { within } = directory;
    // What lies below is not worth a word for each.
    const isBelow = within !== undefined && missing.has(within);
    const isThere = !isBelow && await complaining(options, async () => {
      const mayExist = within === undefined || !made.has(within);
      if (await makeDirectory(ends.target, directory, { mayExist })) made.add(directory);
    });
    if (!isThere) missing.add(directory);
  }
  const leaves = plan.leaves
    .filter(({ within }) => within === undefined || !missing.has(within)).values();
  const workers = Array.from({ length: FILES_AT_ONCE }, () => work(ends, leaves, options));
  await allSettled(workers);
  // Innermost first: a directory without write permission still has to take its own.
  for (const { to, facts: { mode } } of [...made].reverse()) {
    if (mode === undefined) continue;
    await complaining(options, () => ends.target.setMode(to, mode & DIRECTORY_MODE));
  }
}

/** Makes one that this user can fill; false when it was there, which then stays as it is. */
async function makeDirectory(
  target: Side,
  { to, facts: { mode } }: PlannedEntry,
  { mayExist }: { readonly mayExist: boolean },
): Promise<boolean> {
  const found = mayExist ? await target.look(to, { followLink: true }) : undefined;
  if (found?.kind === "directory") return false;
  await target.makeDirectory(to);
  if (mode !== undefined && (mode & OWNER_ALL) !== OWNER_ALL) {
    await target.setMode(to, (mode & DIRECTORY_MODE) | OWNER_ALL);
  }
  return true;
}

/** Takes entries until none is left. */
async function work(
  ends: Ends,
  leaves: IterableIterator<PlannedEntry>,
  options: RunOptions,
): Promise<void> {
  for (const leaf of leaves) {
    await complaining(options, () => stubbornly(options, (told) => copyLeaf(ends, leaf, told)));
  }
}

/** Does a part of the work; false when it could not be done, which is said. */
async function complaining(
  { signal, onProblem }: RunOptions,
  part: () => Promise<void>,
): Promise<boolean> {
  signal.throwIfAborted();
  try {
    await part();
    return true;
  } catch (error) {
    if (!(error instanceof CopyProblem)) throw error;
    onProblem(error.message);
    return false;
  }
}

/** Begins anew when the connection was lost meanwhile, but not for good. */
async function stubbornly(
  options: RunOptions,
  attempt: (options: RunOptions) => Promise<void>,
): Promise<void> {
  for (let attemptsLeft = ATTEMPTS - 1;; attemptsLeft--) {
    let counted = 0;
    const onBytes = (count: number) => {
      counted += count;
      options.onBytes(count);
    };
    try {
      return await attempt({ ...options, onBytes });
    } catch (error) {
      const isLost = error instanceof ExecServerError && error.kind === "disconnected";
      if (!isLost || attemptsLeft === 0 || options.isEnded()) throw error;
      options.onBytes(-counted);
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
