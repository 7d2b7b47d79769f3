/** Runs many schedules, one after the other, and adds up what happened. @module */
import { type Outcome, runSchedule } from "./run_schedule.ts";

/** Sums over schedules. */
export interface Totals {
  schedules: number;
  events: number;
  virtualHours: number;
  programs: number;
  printedMib: number;
  connections: number;
  cuts: number;
  stalls: number;
  restarts: number;
  /** By kind. */
  failures: Record<string, number>;
}

/**
 * Runs the schedules of consecutive seeds.
 * @throws {Error} at the first that goes wrong, with its seed, its trace's end, and how to replay it
 */
export async function runSchedules(first: number, count: number): Promise<Totals> {
  const totals: Totals = {
    schedules: 0,
    events: 0,
    virtualHours: 0,
    programs: 0,
    printedMib: 0,
    connections: 0,
    cuts: 0,
    stalls: 0,
    restarts: 0,
    failures: {},
  };
  for (let seed = first; seed < first + count; seed++) {
    const outcome = await runSchedule(seed);
    if (outcome.violations.length > 0) throw await explained(outcome);
    add(totals, outcome);
  }
  return totals;
}

function add(totals: Totals, outcome: Outcome): void {
  totals.schedules++;
  totals.events += outcome.steps;
  totals.virtualHours += outcome.virtualMs / 3_600_000;
  totals.programs += outcome.programs;
  totals.printedMib += outcome.printedBytes / 1024 / 1024;
  totals.connections += outcome.connections;
  totals.cuts += outcome.cuts;
  totals.stalls += outcome.stalls;
  totals.restarts += outcome.restarts;
  for (const [kind, count] of outcome.failures) {
    totals.failures[kind] = (totals.failures[kind] ?? 0) + count;
  }
}

/** The same seed does the same again, so the trace is taken only now. */
async function explained({ seed, violations }: Outcome): Promise<Error> {
  const trace: string[] = [];
  await runSchedule(seed, { trace });
  const wrong = violations.join("\n  ");
  const replay = `deno run -A tests/simulation/replay.ts ${seed}`;
  return new Error(
    `Schedule ${seed}:\n  ${wrong}\n${trace.slice(-60).join("\n")}\nReplay: ${replay}`,
  );
}
