/** A promise that is waited for only so long. @module */

import type { Clock } from "../protocol/clock.ts";

/** How long to wait, and what then. */
export interface Deadline<T> {
  /** Milliseconds. */
  readonly limitMs: number;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Called when time is up: what to return, or it throws. */
  readonly onLate: () => T;
}

/** Waits for a promise; when time is up, `onLate` decides instead. */
export function within<T>(promise: Promise<T>, deadline: Deadline<T>): Promise<T> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = deadline.clock.after(deadline.limitMs, resolve);
  // Its failure belongs to nobody once it has been given up.
  promise.catch(() => {});
  return Promise.race([promise, late.then(deadline.onLate)]).finally(() => timer.cancel());
}

/** Waits for a promise, or until the signal aborts; then it rejects with the signal's reason. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  if (signal.aborted) {
    promise.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    function abort(): void {
      reject(signal?.reason);
    }
    function settled(): void {
      signal?.removeEventListener("abort", abort);
    }
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(settled);
  });
}
