/** Everything that a seed decides before the first event. @module */
import type { HeartbeatTimes } from "../../client/heartbeat.ts";
import type { Dice } from "./dice.ts";
import type { Conditions } from "./direction.ts";
import type { Noticed } from "./network.ts";
import { makeProgram, type Program } from "./program.ts";

/** `reference`: client and server know no extension of ours. */
export type Mode = "extensions" | "reference";

/** Something that goes wrong. */
export interface Fault {
  readonly kind: "cut" | "stall" | "restart" | "outage";
  /** When: after so many messages, or else after so many milliseconds. */
  readonly afterArrivals: number | undefined;
  readonly afterMs: number;
  /** How long it lasts. */
  readonly durationMs: number;
  /** For cuts. */
  readonly noticed: Noticed;
}

/** Something done to a process beside reading and writing. */
export interface Act {
  readonly kind: "read" | "interrupt" | "terminate" | "terminateKindly" | "signal";
  readonly afterMs: number;
  /** For reads: how long to wait for news; for kind termination: the grace. */
  readonly waitMs: number;
}

/** What is done with one process. */
export interface ProcessPlan {
  /** Names the process, and its program. */
  readonly number: number;
  readonly program: Program;
  readonly startAfterMs: number;
  readonly hasStdin: boolean;
  /** Lengths of what is written. */
  readonly pieces: readonly number[];
  /** Most time between two writes. */
  readonly pieceMs: number;
  readonly closesStdin: boolean;
  readonly reader: "events" | "streams";
  /** When the reader begins. */
  readonly lateMs: number;
  /** Most that it takes for an event. */
  readonly readMs: number;
  /** When a second reader begins; undefined for none. */
  readonly secondAfterMs: number | undefined;
  readonly acts: readonly Act[];
  /** How long it may run; only with extensions. */
  readonly timeoutMs: number | undefined;
  /** When its start is given up; undefined: never. */
  readonly abortAfterMs: number | undefined;
}

/** One schedule. */
export interface Plan {
  readonly mode: Mode;
  readonly conditions: Conditions;
  readonly refusals: number;
  readonly heartbeat: HeartbeatTimes;
  readonly backpressure: boolean;
  readonly processes: readonly ProcessPlan[];
  readonly faults: readonly Fault[];
  /** When the client is closed whatever is going on; undefined: when all is done. */
  readonly closeAfterMs: number | undefined;
  /** Whether the server ends with the client, or forgets the session when its time is up. */
  readonly endsServer: boolean;
}

/** Makes up a schedule. */
export function makePlan(dice: Dice): Plan {
  const isFlood = dice.chance(0.03);
  const backpressure = dice.chance(0.1);
  const mode = dice.chance(0.7) ? "extensions" : "reference";
  // Back-pressure is for connections that run one process, as its documentation says.
  const count = isFlood || backpressure ? 1 : dice.whole(1, 4);
  const processes = [];
  for (let number = 0; number < count; number++) {
    processes.push(planProcess(dice.fork(), { number, isFlood, mode }));
  }
  return {
    mode,
    conditions: planConditions(dice),
    refusals: dice.oneOf([0, 0, 0.1, 0.4]),
    heartbeat: dice.chance(0.5)
      ? { intervalMs: 10_000, timeoutMs: 10_000 }
      : { intervalMs: 1000, timeoutMs: 500 },
    backpressure,
    processes,
    faults: planFaults(dice),
    closeAfterMs: dice.chance(0.15) ? dice.mostlySmall(0, 5000) : undefined,
    endsServer: dice.chance(0.7),
  };
}

function planConditions(dice: Dice): Conditions {
  const times = dice.oneOf([
    { leastMs: 0, mostMs: 2 },
    { leastMs: 0, mostMs: 20 },
    { leastMs: 20, mostMs: 60 },
  ]);
  return {
    ...times,
    window: dice.oneOf([2000, 64 * 1024, 256 * 1024, 1024 * 1024]),
    duplicates: dice.chance(0.4) ? 0.2 : 0,
  };
}

/** How often each kind is chosen. */
const faultKinds = [
  ...Array<"cut">(12).fill("cut"),
  ...Array<"stall">(3).fill("stall"),
  ...Array<"outage">(2).fill("outage"),
  "restart",
] as const;

function planFaults(dice: Dice): Fault[] {
  const faults: Fault[] = [];
  const count = dice.chance(0.1) ? 0 : dice.whole(1, 6);
  // Sometimes trouble lasts longer than a server remembers a process that has closed.
  const spanMs = dice.oneOf([500, 5000, 20_000, 150_000]);
  for (let made = 0; made < count; made++) {
    const kind = dice.oneOf(faultKinds);
    faults.push({
      kind,
      afterArrivals: dice.chance(0.6) ? dice.mostlySmall(1, 150) : undefined,
      afterMs: dice.whole(0, spanMs),
      durationMs: dice.mostlySmall(1, dice.chance(0.1) ? 70_000 : 8000),
      noticed: dice.oneOf(["both", "both", "client", "server", "nobody"]),
    });
  }
  return faults;
}

function planProcess(
  dice: Dice,
  { number, isFlood, mode }: { number: number; isFlood: boolean; mode: Mode },
): ProcessPlan {
  const program = makeProgram(dice, isFlood);
  const hasStdin = program.copies > 0 || dice.chance(0.2);
  const total = program.copies > 0 ? program.copies : hasStdin ? dice.mostlySmall(0, 100_000) : 0;
  return {
    number,
    program,
    startAfterMs: dice.mostlySmall(0, 500),
    hasStdin,
    pieces: cutInPieces(dice, total),
    pieceMs: dice.oneOf([0, 5, 200]),
    closesStdin: mode === "extensions" && !program.isTerminal && dice.chance(0.5),
    reader: dice.chance(0.7) ? "events" : "streams",
    lateMs: dice.chance(0.2) ? dice.mostlySmall(0, 20_000) : 0,
    readMs: dice.oneOf([0, 0, 0, 5, 300]),
    secondAfterMs: dice.chance(0.1) ? dice.mostlySmall(0, 5000) : undefined,
    acts: planActs(dice, mode),
    timeoutMs: mode === "extensions" && dice.chance(0.05) ? dice.whole(1, 2000) : undefined,
    abortAfterMs: dice.chance(0.05) ? dice.whole(0, 100) : undefined,
  };
}

function planActs(dice: Dice, mode: Mode): Act[] {
  const acts: Act[] = [];
  while (acts.length < 4 && dice.chance(0.35)) {
    const kind = dice.oneOf([
      "read",
      "read",
      "read",
      "interrupt",
      "terminate",
      "terminateKindly",
      "signal",
    ]);
    const isOurs = kind === "terminateKindly" || kind === "signal";
    if (isOurs && mode === "reference") continue;
    acts.push({
      kind,
      afterMs: dice.mostlySmall(0, 5000),
      waitMs: dice.oneOf([0, 10, 1000, 30_000]),
    });
  }
  return acts;
}

function cutInPieces(dice: Dice, total: number): number[] {
  const pieces: number[] = [];
  for (let left = total; left > 0;) {
    const piece = pieces.length > 20 ? left : Math.min(left, dice.mostlySmall(1, 1 + total));
    pieces.push(piece);
    left -= piece;
  }
  return pieces;
}
