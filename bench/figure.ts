/** What a measurement takes and what it gives: rows of the one table. @module */

import { type Contender, type RunningServer, startServer } from "./contender.ts";

/** What every measurement is given. */
export interface Setting {
  /** Our server. */
  readonly ours: Contender;
  /** The server it is compared with; undefined when it could not be had. */
  readonly reference: Contender | undefined;
  /** Other ways to run our server; measured at rest only. */
  readonly variants: readonly Contender[];
  /** Fewer samples, for a look in passing. */
  readonly quick: boolean;
}

/** One measured number, or why there is none. */
export interface Cell {
  /** In the unit of the row; undefined when the measurement failed. */
  readonly value?: number;
  /** The true value is larger: the wait was cut off. */
  readonly atLeast?: boolean;
  /** One sentence that is printed below the table. */
  readonly note?: string;
}

/**
 * What a row should show. `ratio` goals compare ours ÷ reference, `limit` goals ours ÷ what the
 * machine allows, `value` goals take ours alone.
 */
export interface Goal {
  readonly on: "ratio" | "limit" | "value";
  readonly is: "at most" | "at least";
  readonly bound: number;
}

/** One line of the table. */
export interface Row {
  /** What was measured, with the percentile. */
  readonly figure: string;
  readonly unit: string;
  readonly ours?: Cell;
  readonly reference?: Cell;
  readonly goal?: Goal;
  /** The least or most this machine allows, measured in the same run, and how. */
  readonly limit?: { readonly value: number; readonly by: string };
}

/** One measurement. */
export interface Figure {
  /** For `--only`. */
  readonly name: string;
  /** Runs within a bounded time and leaves nothing running. */
  readonly run: (setting: Setting) => Promise<readonly Row[]>;
}

/** The contenders that take turns: ours first, the reference when there is one. */
export function contenders(setting: Setting): readonly Contender[] {
  return setting.reference === undefined ? [setting.ours] : [setting.ours, setting.reference];
}

/**
 * Flags that make the reference serve requests of one connection side by side: its default is one
 * at a time. Ours does so by default.
 */
export const favourable = ["--concurrent-requests", "64"] as const;

/**
 * Starts every contender, ours first.
 *
 * @param setting who takes part
 * @param owner ends the servers
 * @param referenceFlags more arguments for the reference
 */
export async function startAll(
  setting: Setting,
  owner: AsyncDisposableStack,
  referenceFlags: readonly string[] = [],
): Promise<readonly RunningServer[]> {
  const running: RunningServer[] = [];
  for (const contender of contenders(setting)) {
    const flags = contender === setting.reference ? referenceFlags : [];
    running.push(owner.use(await startServer(contender, flags)));
  }
  return running;
}

/**
 * Measures the contenders in turns, so that a busy minute of the machine meets all of them alike.
 * The first turn warms up and its samples are dropped.
 *
 * @param subjects who takes turns
 * @param rounds turns that count
 * @param turn one turn; gives its samples
 * @returns all samples of each subject, in the order of `subjects`
 */
export async function takeTurns<T>(
  subjects: readonly T[],
  rounds: number,
  turn: (subject: T) => Promise<readonly number[]>,
): Promise<readonly (readonly number[])[]> {
  const samples: number[][] = subjects.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      const taken = await turn(subject);
      if (round > 0) samples[index]?.push(...taken);
    }
  }
  return samples;
}

/** A cell of a summary of samples; empty when there are no samples. */
export function cellOf(
  samples: readonly number[] | undefined,
  summary: (samples: readonly number[]) => number,
): Cell | undefined {
  if (samples === undefined || samples.length === 0) return undefined;
  return { value: summary(samples) };
}

/** The members `ours` and `reference` of a row, each only when there is something to say. */
export function cells(
  ours: Cell | undefined,
  reference: Cell | undefined,
): { readonly ours?: Cell; readonly reference?: Cell } {
  return {
    ...(ours === undefined ? {} : { ours }),
    ...(reference === undefined ? {} : { reference }),
  };
}

/** Whether a goal is met; undefined when it can't be told. */
export function goalMet(row: Row): boolean | undefined {
  const { goal } = row;
  if (goal === undefined) return undefined;
  const measured = measuredFor(goal, row);
  if (measured === undefined) return undefined;
  return goal.is === "at most" ? measured <= goal.bound : measured >= goal.bound;
}

function measuredFor(goal: Goal, row: Row): number | undefined {
  switch (goal.on) {
    case "ratio":
      return ratioOf(row);
    case "limit":
      return row.ours?.value === undefined || row.limit === undefined
        ? undefined
        : row.ours.value / row.limit.value;
    case "value":
      return row.ours?.value;
  }
}

/** Ours ÷ reference; undefined unless both were measured. */
export function ratioOf(row: Row): number | undefined {
  if (row.ours?.value === undefined || row.reference?.value === undefined) return undefined;
  return row.ours.value / row.reference.value;
}
