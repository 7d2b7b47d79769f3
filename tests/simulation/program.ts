/** What simulated programs do. @module */
import type { Dice } from "./dice.ts";

/** One thing a program prints. */
export interface Print {
  /** Milliseconds after the one before. */
  readonly afterMs: number;
  /** Standard error instead of standard output. */
  readonly isError: boolean;
  readonly bytes: number;
}

/** A program: prints, copies its input to its output, ends. */
export interface Program {
  readonly prints: readonly Print[];
  /** Bytes of input it copies before it ends; it ends earlier when its input does. */
  readonly copies: number;
  /** Most that it reads of its input at once. */
  readonly readBytes: number;
  /** Most that it takes to read some. */
  readonly readMs: number;
  readonly exitCode: number;
  /** How long something else holds its output after its end. */
  readonly heldMs: number;
  /** What that prints before it lets go. */
  readonly heldBytes: number;
  /** Whether only SIGKILL ends it. */
  readonly isStubborn: boolean;
  /** Whether it runs in a terminal. */
  readonly isTerminal: boolean;
  /** Whether the machine cannot start it. */
  readonly isBroken: boolean;
}

/** Makes up a program.
 * @param isFlood whether it prints more than a server keeps */
export function makeProgram(dice: Dice, isFlood: boolean): Program {
  const isCopying = !isFlood && dice.chance(0.45);
  const isHeld = dice.chance(0.2);
  return {
    prints: makePrints(dice, isFlood),
    copies: isCopying ? dice.mostlySmall(1, dice.chance(0.05) ? 300_000 : 20_000) : 0,
    readBytes: dice.oneOf([1000, 5000, 70_000]),
    readMs: dice.oneOf([0, 3, 30]),
    exitCode: dice.whole(0, 99),
    heldMs: isHeld ? dice.mostlySmall(0, 3000) : 0,
    heldBytes: isHeld && dice.chance(0.5) ? dice.whole(1, 500) : 0,
    isStubborn: dice.chance(0.15),
    isTerminal: dice.chance(0.1),
    isBroken: dice.chance(0.03),
  };
}

function makePrints(dice: Dice, isFlood: boolean): Print[] {
  const count = isFlood ? dice.whole(20, 110) : dice.mostlySmall(0, 60);
  const most = isFlood ? 100_000 : dice.oneOf([1, 80, 3000]);
  const pauseMs = dice.oneOf([0, 2, 20, 300]);
  const prints: Print[] = [];
  for (let made = 0; made < count; made++) {
    prints.push({
      afterMs: dice.chance(0.02) ? dice.whole(0, 30_000) : dice.whole(0, pauseMs),
      isError: dice.chance(0.3),
      bytes: dice.whole(isFlood ? most / 2 : 1, most),
    });
  }
  return prints;
}
