/** Does work in places of several kinds at once, or not at all. @module */

import type { Places } from "../../places.ts";

/**
 * Takes a place of each, in order, and gives them back after the work.
 * @returns undefined when the signal fires before there is a place of each
 */
export async function inPlaces<T>(
  [first, ...others]: readonly Places[],
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  if (first === undefined) return await work();
  if (!await enter(first, signal)) return undefined;
  try {
    return await inPlaces(others, signal, work);
  } finally {
    first.leave();
  }
}

async function enter(places: Places, signal: AbortSignal): Promise<boolean> {
  const place = places.enter();
  if (place === undefined) return true;
  const { promise: aborted, resolve } = Promise.withResolvers<boolean>();
  const onAbort = () => resolve(false);
  signal.addEventListener("abort", onAbort);
  try {
    const isIn = await Promise.race([place.then(() => true), aborted]);
    if (!isIn) void place.then(() => places.leave());
    return isIn;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
