/** How many tests passed: read from Deno's summary, written as the project's one last line. @module */

import { stripVTControlCharacters } from "node:util";

/** Outcomes of a run. */
export interface Counts {
  /** Tests that passed. */
  passed: number;
  /** Tests that failed. */
  failed: number;
  /** Tests that did not apply here. */
  skipped: number;
}

/** The counts in the last summary of `deno test` in `text`. A run that failed without saying so in
 * the summary, or that has none, counts as one failure more. */
export function finalCounts(text: string, success: boolean): Counts {
  const summaries = stripVTControlCharacters(text).match(/^(?:ok|FAILED) \| .*$/gm);
  const last = summaries?.at(-1) ?? "";
  const counts = {
    passed: numberBefore("passed", last),
    failed: numberBefore("failed", last),
    skipped: numberBefore("ignored", last),
  };
  if (!success && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** The counts as the last line of a run. */
export function countsLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

function numberBefore(word: string, line: string): number {
  return Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
}
