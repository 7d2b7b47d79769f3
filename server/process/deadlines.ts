/** How long a process may run, and how long it may be silent. Nothing ends unless asked to. @module */

import type { Clock, Timer } from "../../protocol/clock.ts";

/** Limits in milliseconds; undefined: none. */
export interface Deadlines {
  /** From start to end. */
  readonly timeoutMs?: number | undefined;
  /** Without output or input. */
  readonly idleTimeoutMs?: number | undefined;
}

/** Watches one process. */
export class ProcessDeadlines {
  readonly #clock: Clock;
  readonly #onExpired: (reason: string) => void;
  readonly #total: Timer | undefined;
  #idle: Timer | undefined;
  #lastTouchMs = 0;

  /** @param options `onExpired` is told why, as one phrase for the client */
  constructor(
    { timeoutMs, idleTimeoutMs }: Deadlines,
    { clock, onExpired }: { clock: Clock; onExpired: (reason: string) => void },
  ) {
    this.#clock = clock;
    this.#onExpired = onExpired;
    if (timeoutMs !== undefined) {
      this.#total = clock.after(timeoutMs, () => this.#end(`timeout after ${timeoutMs} ms`));
    }
    if (idleTimeoutMs !== undefined) {
      this.#lastTouchMs = clock.now();
      this.#watchIdle(idleTimeoutMs, idleTimeoutMs);
    }
  }

  /** Something happened. Cheap, for it happens with every piece of output. */
  touch(): void {
    if (this.#idle !== undefined) this.#lastTouchMs = this.#clock.now();
  }

  /** Stops watching. */
  cancel(): void {
    this.#total?.cancel();
    this.#idle?.cancel();
    this.#idle = undefined;
  }

  /** Looks again when the limit would be reached if nothing happened until then. */
  #watchIdle(limitMs: number, waitMs: number): void {
    this.#idle = this.#clock.after(waitMs, () => {
      const silentMs = this.#clock.now() - this.#lastTouchMs;
      if (silentMs < limitMs) this.#watchIdle(limitMs, limitMs - silentMs);
      else this.#end(`idle timeout after ${limitMs} ms without output or input`);
    });
  }

  #end(reason: string): void {
    this.cancel();
    this.#onExpired(`killed by ${reason}`);
  }
}
