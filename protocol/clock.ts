/** Time as an interface, so that tests need not wait for it. @module */

/** A planned call that can be taken back. */
export interface Timer {
  /** Takes the call back; harmless when it already ran. */
  cancel(): void;
}

/** Where time comes from. */
export interface Clock {
  /** Milliseconds that only ever grow; for differences, not for dates. */
  now(): number;
  /** Calls `action` once, `delayMs` from now. */
  after(delayMs: number, action: () => void): Timer;
}

// setTimeout treats a larger delay as zero, so longer waits are made of several.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The real clock. Its timers keep the program running until they are cancelled. */
export const realClock: Clock = {
  now: () => performance.now(),
  after(delayMs, action) {
    const due = performance.now() + delayMs;
    let handle: ReturnType<typeof setTimeout>;
    function plan(): void {
      const left = due - performance.now();
      handle = left > LONGEST_TIMEOUT_MS
        ? setTimeout(plan, LONGEST_TIMEOUT_MS)
        : setTimeout(action, Math.max(0, left));
    }
    plan();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** The date in milliseconds since 1970: to be told or shown, never for differences, for it may jump. */
export function epochMs(): number {
  return Date.now();
}
