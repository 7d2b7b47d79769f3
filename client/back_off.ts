/** How long to wait before the next attempt. @module */

import type { Clock } from "../protocol/clock.ts";

const FIRST_MS = 100;
const LONGEST_MS = 2000;

/**
 * Waits before an attempt: about twice as long each time, up to 2 s, and by a random part shorter,
 * so that many clients that lost the same server do not all come back in the same moment.
 * @param attempt 0 for the first one that is repeated
 */
export function backOff(
  attempt: number,
  { clock, random, signal }: {
    readonly clock: Clock;
    readonly random: () => number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(longest * (1 - random() / 2), resolve);
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(() => timer.cancel());
}
