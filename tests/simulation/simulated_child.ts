/** A child process without an operating system: it runs a program in virtual time. @module */
import type { OutputStream } from "../../protocol/methods/process.ts";
import {
  type Child,
  type ChildListener,
  type ExitStatus,
  StdinBroken,
} from "../../server/process/spawner.ts";
import type { Dice } from "./dice.ts";
import { isPattern } from "./pattern.ts";
import type { Program } from "./program.ts";
import type { Scheduler } from "./scheduler.ts";
import { SimulatedPipe } from "./simulated_pipe.ts";

const PIPE_BYTES = 64 * 1024;
const SIGKILL = 9;
/** Their default action ends a program: HUP, INT, QUIT, USR1, USR2, TERM. */
const DEADLY: readonly number[] = [1, 2, 3, 10, 12, 15];

/** What a child is made of. */
export interface ChildParts {
  readonly pid: number;
  readonly program: Program;
  /** Tells its streams from others'. */
  readonly salt: number;
  readonly listener: ChildListener;
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly hasStdin: boolean;
}

/** Prints, copies, ends; notes what it took and gave. */
export class SimulatedChild implements Child {
  readonly pid: number;
  /** How it ended. */
  exit: ExitStatus | undefined;
  isClosed = false;
  /** When its output ended, in virtual milliseconds. */
  closedAtMs: number | undefined;
  /** Whether its input was out of order, or came twice. */
  isInputWrong = false;
  /** Bytes of input it was given. */
  inputBytes = 0;
  readonly #parts: ChildParts;
  readonly #pipes: readonly [SimulatedPipe, SimulatedPipe];
  #printed = 0;
  #copied = 0;
  #isReading = false;
  #isStdinClosed = false;
  #wantsRoom = false;
  #isHeld = false;
  #isDying = false;

  constructor(parts: ChildParts) {
    this.pid = parts.pid;
    this.#parts = parts;
    const isTerminal = parts.program.isTerminal;
    const pipe = (stream: OutputStream, salt: number) =>
      new SimulatedPipe({ ...parts, stream, salt, onDrained: () => this.#onDrained() });
    const output = pipe(isTerminal ? "pty" : "stdout", parts.salt);
    this.#pipes = [output, isTerminal ? output : pipe("stderr", parts.salt + 1)];
    this.#plan(parts.dice.whole(0, 3), "a program begins", () => this.#printNext());
  }

  /** Bytes of one of its streams that were handed over. */
  handed(stream: OutputStream): number {
    return this.#pipes.find((pipe) => pipe.stream === stream)?.handed ?? 0;
  }

  /** Bytes of all its output that were handed over. */
  get handedBytes(): number {
    return new Set(this.#pipes).values().reduce((sum, { handed }) => sum + handed, 0);
  }

  /** Whether it ended by itself, and so has printed everything. */
  get wasLeftAlone(): boolean {
    return this.exit?.signal === 0;
  }

  pauseOutput(): void {
    for (const pipe of this.#pipes) pipe.isPaused = true;
  }

  resumeOutput(): void {
    for (const pipe of this.#pipes) pipe.resume();
  }

  write(bytes: Uint8Array<ArrayBuffer>): number {
    if (this.exit !== undefined || this.#isStdinClosed || !this.#parts.hasStdin) {
      throw new StdinBroken("Nobody reads");
    }
    const taken = Math.min(bytes.byteLength, PIPE_BYTES - (this.inputBytes - this.#copied));
    const place = { salt: this.#parts.salt, offset: this.inputBytes };
    if (!isPattern(place, bytes.subarray(0, taken))) this.isInputWrong = true;
    this.inputBytes += taken;
    this.#wantsRoom = taken < bytes.byteLength;
    this.#read();
    return taken;
  }

  closeStdin(): void {
    this.#isStdinClosed = true;
    this.#read();
  }

  resize(): boolean {
    return this.#parts.program.isTerminal && this.exit === undefined;
  }

  condemn(): void {}

  signalGroup(signal: number): void {
    if (signal === SIGKILL) return this.kill();
    if (this.#parts.program.isStubborn || !DEADLY.includes(signal)) return;
    this.#die(signal);
  }

  kill(): void {
    this.#die(SIGKILL);
  }

  #die(signal: number): void {
    if (this.#isDying && signal !== SIGKILL) return;
    this.#isDying = true;
    this.#parts.scheduler.plan(this.#parts.dice.whole(0, 5), "a signal arrives", () => {
      this.#isHeld = false;
      for (const pipe of this.#pipes) pipe.end();
      if (this.exit === undefined) this.#end({ code: 0, signal });
      this.#closeWhenDrained();
    });
  }

  /** Plans a step of the program, which is not taken once it has ended. */
  #plan(delayMs: number, label: string, step: () => void): void {
    const { scheduler, pid } = this.#parts;
    scheduler.plan(delayMs, `${label} (${pid})`, () => this.exit === undefined && step());
  }

  #printNext(): void {
    const { prints } = this.#parts.program;
    const next = prints[this.#printed];
    if (next === undefined) return this.#copyOn();
    this.#plan(next.afterMs, "a program prints", () => {
      this.#printed++;
      this.#pipes[next.isError ? 1 : 0].print(next.bytes, () => this.#printNext());
    });
  }

  #copyOn(): void {
    this.#isReading = true;
    this.#read();
  }

  /** Reads some input if there is any, and prints it. */
  #read(): void {
    if (!this.#isReading || this.exit !== undefined) return;
    const { program, dice } = this.#parts;
    const waiting = Math.min(this.inputBytes, program.copies) - this.#copied;
    const isOver = this.#copied === program.copies ||
      (waiting === 0 && this.#isStdinClosed);
    if (isOver) return this.#leave();
    if (waiting === 0) return;
    this.#isReading = false;
    const bytes = Math.min(waiting, dice.whole(1, program.readBytes));
    this.#plan(dice.whole(0, program.readMs), "a program copies", () => {
      this.#copied += bytes;
      if (this.#wantsRoom) this.#parts.listener.writable();
      this.#pipes[0].print(bytes, () => this.#copyOn());
    });
  }

  #leave(): void {
    const { program, dice } = this.#parts;
    this.#isReading = false;
    this.#plan(dice.whole(0, 3), "a program ends", () => {
      this.#isHeld = program.heldMs > 0;
      this.#end({ code: program.exitCode, signal: 0 });
      if (this.#isHeld) this.#letGoLater();
      else for (const pipe of this.#pipes) pipe.end();
      this.#closeWhenDrained();
    });
  }

  #letGoLater(): void {
    const { scheduler, program } = this.#parts;
    scheduler.plan(program.heldMs, "what is left behind lets go", () => {
      if (!this.#isHeld) return;
      const letGo = () => {
        this.#isHeld = false;
        for (const pipe of this.#pipes) pipe.end();
        this.#closeWhenDrained();
      };
      this.#pipes[0].print(program.heldBytes, letGo);
    });
  }

  #end(status: ExitStatus): void {
    this.exit = status;
    this.#parts.listener.exited(status);
    // A pipe that nobody reads any more takes everything, with an error.
    if (this.#wantsRoom) this.#parts.listener.writable();
  }

  #onDrained(): void {
    if (this.exit !== undefined) this.#closeWhenDrained();
  }

  #closeWhenDrained(): void {
    if (this.#isHeld || this.isClosed || this.#pipes.some((pipe) => !pipe.isDrained)) return;
    this.isClosed = true;
    this.closedAtMs = this.#parts.scheduler.now();
    const { scheduler, dice, listener } = this.#parts;
    scheduler.plan(dice.whole(0, 3), "output has ended", () => listener.closed());
  }
}
