/** One output pipe of a simulated child: bounded, read in pieces, paused at will. @module */
import type { OutputStream } from "../../protocol/methods/process.ts";
import type { ChildListener } from "../../server/process/spawner.ts";
import type { Dice } from "./dice.ts";
import { patternAt } from "./pattern.ts";
import type { Scheduler } from "./scheduler.ts";

const PIPE_BYTES = 64 * 1024;

/** What a pipe is made of. */
export interface PipeParts {
  readonly stream: OutputStream;
  /** Tells its bytes from other streams'. */
  readonly salt: number;
  readonly listener: ChildListener;
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  /** Told whenever it is empty. */
  readonly onDrained: () => void;
}

interface Printing {
  bytes: number;
  readonly onDone: () => void;
}

/** What a program prints waits here for the server; its bytes follow from their place. */
export class SimulatedPipe {
  readonly stream: OutputStream;
  isPaused = false;
  /** Bytes the server was given. */
  handed = 0;
  readonly #parts: PipeParts;
  #written = 0;
  #printing: Printing | undefined;
  #isPlanned = false;
  /** What the server was given may only be read during the call. */
  readonly #piece: Uint8Array<ArrayBuffer>;

  constructor(parts: PipeParts) {
    this.#parts = parts;
    this.stream = parts.stream;
    this.#piece = sharedPiece;
  }

  /** Whether the server has been given everything. */
  get isDrained(): boolean {
    return this.handed === this.#written && this.#printing === undefined;
  }

  /** Writes; `onDone` is called when everything is in the pipe. */
  print(bytes: number, onDone: () => void): void {
    this.#printing = { bytes, onDone };
    this.#fill();
    this.#planReading();
  }

  /** Nobody writes any more. */
  end(): void {
    this.#printing = undefined;
  }

  /** The server reads again. */
  resume(): void {
    this.isPaused = false;
    this.#planReading();
  }

  #fill(): void {
    const printing = this.#printing;
    if (printing === undefined) return;
    const taken = Math.min(printing.bytes, PIPE_BYTES - (this.#written - this.handed));
    this.#written += taken;
    printing.bytes -= taken;
    if (printing.bytes > 0) return;
    this.#printing = undefined;
    printing.onDone();
  }

  #planReading(): void {
    if (this.#isPlanned || this.isPaused || this.handed === this.#written) return;
    this.#isPlanned = true;
    const { scheduler, dice, stream } = this.#parts;
    scheduler.plan(dice.whole(0, 2), `${stream} is read`, () => this.#hand());
  }

  #hand(): void {
    this.#isPlanned = false;
    if (this.isPaused) return;
    const { dice, salt, listener, stream, onDrained } = this.#parts;
    const there = this.#written - this.handed;
    const length = dice.chance(0.8) ? there : dice.whole(1, there);
    const piece = this.#piece.subarray(0, length);
    piece.set(patternAt({ salt, offset: this.handed }, length));
    this.handed += length;
    listener.output(stream, piece);
    piece.fill(0xee);
    this.#fill();
    this.#planReading();
    if (this.isDrained) onDrained();
  }
}

const sharedPiece = new Uint8Array(PIPE_BYTES);
