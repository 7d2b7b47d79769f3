/** What Ctrl-C and its kin do to a command that runs through a server. @module */

import type { Clock } from "../protocol/clock.ts";

/** What can be stopped. */
export interface Stoppable {
  /** Sends an interrupt. */
  interrupt(): Promise<void>;
  /** Ends it at once. */
  terminate(): Promise<boolean>;
}

// A second Ctrl-C within this time is impatience, a later one is another interrupt.
const IMPATIENCE_MS = 2000;
const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
/** A signal that asks a program to stop. */
export type StopSignal = keyof typeof numbers;

/** Where signals come from; returns how to stop listening. */
export type SignalSource = (name: StopSignal, listener: () => void) => () => void;

/** The signals of this process. */
export function processSignals(name: StopSignal, listener: () => void): () => void {
  Deno.addSignalListener(name, listener);
  return () => Deno.removeSignalListener(name, listener);
}

/**
 * Passes signals on: the first SIGINT interrupts, a second soon after it terminates, as SIGTERM and
 * SIGHUP do at once. One more signal gives up waiting. Before there is a process, any of them ends
 * the attempt to start one.
 */
export class StopSignals implements Disposable {
  /** Settles with the exit status when the user wants to wait no longer. */
  readonly givenUp: Promise<number>;
  readonly #giveUp: (status: number) => void;
  readonly #clock: Clock;
  readonly #starting = new AbortController();
  readonly #unlisten: readonly (() => void)[];
  #process: Stoppable | undefined;
  #interruptedAt = -Infinity;
  #isTerminated = false;

  /** Begins to listen. */
  constructor(source: SignalSource, clock: Clock) {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.givenUp = promise;
    this.#giveUp = resolve;
    this.#clock = clock;
    const names = ["SIGHUP", "SIGINT", "SIGTERM"] as const;
    this.#unlisten = names.map((name) => source(name, () => this.#take(name)));
  }

  /** Aborts when a signal comes before there is a process. */
  get starting(): AbortSignal {
    return this.#starting.signal;
  }

  /** From now on signals are for this process. */
  attach(process: Stoppable): void {
    this.#process = process;
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    for (const unlisten of this.#unlisten) unlisten();
  }

  #take(name: StopSignal): void {
    const status = 128 + numbers[name];
    if (this.#process === undefined) {
      this.#giveUp(status);
      return this.#starting.abort();
    }
    if (this.#isTerminated) return this.#giveUp(status);
    const now = this.#clock.now();
    const isImpatient = now - this.#interruptedAt < IMPATIENCE_MS;
    this.#interruptedAt = now;
    if (name === "SIGINT" && !isImpatient) return ignoreFailure(this.#process.interrupt());
    this.#isTerminated = true;
    ignoreFailure(this.#process.terminate());
  }
}

/** When the connection is lost, the reader of the events reports it. */
function ignoreFailure(call: Promise<unknown>): void {
  call.catch(() => {});
}
