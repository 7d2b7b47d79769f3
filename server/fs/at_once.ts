/** The same work on many things, a few of them at a time. @module */

/** How many operations one request has in work at a time. */
export const OPERATIONS_AT_ONCE = 8;

/**
 * Does work on every item. After a failure no more is begun; it is thrown once all that was in work
 * has ended, so that nothing goes on behind the caller's back.
 */
export async function forEachAtOnce<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  let hasFailed = false;
  async function take(): Promise<void> {
    for (const item of rest) {
      if (hasFailed) return;
      try {
        await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  }
  const takers = Array.from({ length: Math.min(OPERATIONS_AT_ONCE, items.length) }, take);
  for (const outcome of await Promise.allSettled(takers)) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}
