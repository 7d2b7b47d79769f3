/** Starts simulated programs, and counts how often each was started. @module */
import {
  type ChildListener,
  type Spawner,
  SpawnError,
  type SpawnRequest,
} from "../../server/process/spawner.ts";
import type { Dice } from "./dice.ts";
import type { Program } from "./program.ts";
import type { Scheduler } from "./scheduler.ts";
import { SimulatedChild } from "./simulated_child.ts";

/** Every child of a simulated machine, by the number of its program. */
export class SimulatedSpawner implements Spawner {
  readonly hasTerminals = true;
  /** In order of start. */
  readonly children: { readonly program: number; readonly child: SimulatedChild }[] = [];
  readonly #programs: readonly Program[];
  readonly #scheduler: Scheduler;
  readonly #dice: Dice;

  /** @param programs what `argv[1]` counts from 0 */
  constructor(programs: readonly Program[], scheduler: Scheduler, dice: Dice) {
    this.#programs = programs;
    this.#scheduler = scheduler;
    this.#dice = dice;
  }

  spawn(request: SpawnRequest, listener: ChildListener): SimulatedChild {
    const number = Number(request.argv[1]);
    const program = this.#programs[number];
    if (program === undefined || program.isBroken) {
      throw new SpawnError("No such simulated program", {
        kind: "programNotFound",
        errno: 2,
        stage: "exec",
      });
    }
    const child = new SimulatedChild({
      pid: 1000 + this.children.length,
      program,
      salt: saltOf(number),
      listener,
      scheduler: this.#scheduler,
      dice: this.#dice.fork(),
      hasStdin: request.pipeStdin || request.terminal !== undefined,
    });
    this.children.push({ program: number, child });
    this.#scheduler.note(() => `program ${number} starts as ${child.pid}`);
    return child;
  }

  /** Every child of a program; more than one means that it was started twice. */
  childrenOf(program: number): SimulatedChild[] {
    return this.children.filter((entry) => entry.program === program).map(({ child }) => child);
  }

  /** Kills everything: the server has ended. */
  [Symbol.dispose](): void {
    for (const { child } of this.children) child.kill();
  }
}

/** Tells the standard output and input of a program from others'; one more is its standard error. */
export function saltOf(program: number): number {
  return 1 + 2 * program;
}
