/** The real clock, with the timer below it replaced: nothing here waits. @module */

import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { realClock } from "../../protocol/clock.ts";

const LONGEST_MS = 2 ** 31 - 1;

/** Stands in for `setTimeout` and the time, and notes every delay. */
class StubbedTime implements Disposable {
  readonly delays: number[] = [];
  readonly #timeout = globalThis.setTimeout;
  readonly #clear = globalThis.clearTimeout;
  readonly #now = performance.now;
  #action: (() => void) | undefined;
  #nowMs = 0;

  constructor() {
    const plan = (action: () => void, delayMs = 0) => {
      this.delays.push(delayMs);
      this.#action = action;
      return 1;
    };
    Object.assign(globalThis, { setTimeout: plan, clearTimeout: () => this.#action = undefined });
    performance.now = () => this.#nowMs;
  }

  /** Whether a call is planned. */
  get isPlanned(): boolean {
    return this.#action !== undefined;
  }

  /** Lets the planned delay pass, or a little less, as real timers do. */
  fire(earlyMs = 0): void {
    const action = this.#action;
    this.#action = undefined;
    this.#nowMs += (this.delays.at(-1) ?? 0) - earlyMs;
    action?.();
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, { setTimeout: this.#timeout, clearTimeout: this.#clear });
    performance.now = this.#now;
  }
}

Deno.test("realClock.after() makes a wait beyond 2^31 ms of several timers", () => {
  using time = new StubbedTime();
  let calls = 0;
  realClock.after(2 * LONGEST_MS + 5, () => calls++);
  time.fire();
  time.fire();
  assertEquals([time.delays, calls], [[LONGEST_MS, LONGEST_MS, 5], 0]);
  time.fire();
  assertEquals([calls, time.isPlanned], [1, false]);
});

Deno.test("realClock.after() uses one timer up to 2^31 - 1 ms, and none that is negative", () => {
  using time = new StubbedTime();
  realClock.after(LONGEST_MS, () => {});
  realClock.after(LONGEST_MS + 1, () => {});
  realClock.after(-5, () => {});
  assertEquals(time.delays, [LONGEST_MS, LONGEST_MS, 0]);
});

Deno.test("realClock.after() waits the whole time when a long timer comes early", () => {
  using time = new StubbedTime();
  let calls = 0;
  realClock.after(LONGEST_MS + 10, () => calls++);
  time.fire(3);
  assertEquals([time.delays.at(-1), calls], [13, 0]);
});

Deno.test("a timer that is cancelled between two parts of a long wait never calls", () => {
  using time = new StubbedTime();
  let calls = 0;
  const timer = realClock.after(3 * LONGEST_MS, () => calls++);
  time.fire();
  timer.cancel();
  timer.cancel();
  assertEquals([time.isPlanned, calls], [false, 0]);
});

Deno.test("realClock calls after the delay, and its time never goes back", async () => {
  const before = realClock.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  realClock.after(1, resolve);
  await promise;
  assertGreaterOrEqual(realClock.now(), before);
});
