/** A schedule without chance, for tests that make one thing happen. @module */
import type { Plan, ProcessPlan } from "./plan.ts";
import type { Program } from "./program.ts";

const print = { afterMs: 1, isError: false, bytes: 50 };

/** Prints 150 bytes, copies 20, and ends with 7. */
export const calmProgram: Program = {
  prints: [print, print, print],
  copies: 20,
  readBytes: 100,
  readMs: 1,
  exitCode: 7,
  heldMs: 0,
  heldBytes: 0,
  isStubborn: false,
  isTerminal: false,
  isBroken: false,
};

const calmProcess: ProcessPlan = {
  number: 0,
  program: calmProgram,
  startAfterMs: 0,
  hasStdin: true,
  pieces: [10, 10],
  pieceMs: 0,
  closesStdin: false,
  reader: "events",
  lateMs: 0,
  readMs: 0,
  secondAfterMs: undefined,
  acts: [],
  timeoutMs: undefined,
  abortAfterMs: undefined,
};

/** One program that prints, copies and ends, and a network without faults. */
export const calmPlan: Plan = {
  mode: "extensions",
  conditions: { leastMs: 1, mostMs: 5, window: 256 * 1024, duplicates: 0 },
  refusals: 0,
  heartbeat: { intervalMs: 10_000, timeoutMs: 10_000 },
  backpressure: false,
  processes: [calmProcess],
  faults: [],
  closeAfterMs: undefined,
  endsServer: true,
};

/** The same, with a process that does something else. */
export function calmPlanWith(process: Partial<ProcessPlan>): Plan {
  return { ...calmPlan, processes: [{ ...calmProcess, ...process }] };
}
