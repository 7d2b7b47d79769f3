/** Time that passes only when a test says so. @module */

import type { Clock, Timer } from "../../protocol/clock.ts";

interface Planned {
  readonly dueMs: number;
  readonly action: () => void;
}

/** A clock that stands still between two calls of `advance`. */
export class FakeClock implements Clock {
  readonly #planned = new Set<Planned>();
  #nowMs = 1000;

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, action: () => void): Timer {
    const planned = { dueMs: this.#nowMs + delayMs, action };
    this.#planned.add(planned);
    return { cancel: () => void this.#planned.delete(planned) };
  }

  /** Calls that were planned and neither made nor taken back. */
  get pending(): number {
    return this.#planned.size;
  }

  /** Lets time pass; planned calls are made in their order, also those planned on the way.
   * @param durationMs milliseconds */
  advance(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    for (let next = this.#nextUntil(endMs); next !== undefined; next = this.#nextUntil(endMs)) {
      this.#planned.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.action();
    }
    this.#nowMs = endMs;
  }

  #nextUntil(endMs: number): Planned | undefined {
    const due = [...this.#planned].filter(({ dueMs }) => dueMs <= endMs);
    return due.sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}
