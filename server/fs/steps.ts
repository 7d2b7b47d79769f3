/** Long work in steps: others get their turn in between, and it ends when nobody waits for it. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { Call } from "../call.ts";

/** How long one piece of work may hold the event loop, in milliseconds. */
const HOLD_MS = 8;

/** So many small steps are one: to look at the clock takes longer than some of them. */
const SMALL_STEPS = 64;

/** One piece of long work. */
export class Steps {
  readonly #clock: Call["clock"];
  readonly #signal: AbortSignal;
  #sinceMs: number;
  #pausing: Promise<void> | undefined;
  #small = 0;

  constructor({ clock, signal }: Pick<Call, "clock" | "signal">) {
    this.#clock = clock;
    this.#signal = signal;
    this.#sinceMs = clock.now();
  }

  /**
   * Settles when the next step may be made; undefined when it may at once.
   * @throws {RpcError} when the connection has ended
   */
  next(): Promise<void> | undefined {
    requireWaiting(this.#signal);
    if (this.#clock.now() - this.#sinceMs < HOLD_MS) return undefined;
    // One pause for all that work side by side: each with its own would wake to work alone.
    return this.#pausing ??= this.#pause();
  }

  /** The same before a step of less than a few microseconds. @throws {RpcError} as `next` does */
  nextSmall(): Promise<void> | undefined {
    if (++this.#small < SMALL_STEPS) return undefined;
    this.#small = 0;
    return this.next();
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => void this.#clock.after(0, resolve));
    this.#sinceMs = this.#clock.now();
    this.#pausing = undefined;
    requireWaiting(this.#signal);
  }
}

/** @throws {RpcError} when nobody waits for the answer any more */
export function requireWaiting(signal: AbortSignal): void {
  if (signal.aborted) throw new RpcError("fileFailed", "The connection has ended");
}
