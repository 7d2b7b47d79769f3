/** Has a search done by a program of its own, a few at a time. @module */

import type { Machine } from "../../machine.ts";
import { Places } from "../../places.ts";
import { SearchChild, type TakeReport } from "./search_child.ts";
import type { SearchRequest } from "./search_request.ts";

/** Programs at work at once on one machine; each may take half a gigabyte. */
const CONCURRENT_SEARCHES = 4;

/** How a search ended. */
export type SearchEnd = "complete" | "limit" | "cancelled";

const placesOf = new WeakMap<Machine, Places>();

/**
 * Searches. Regular expressions can take for ever and cannot be interrupted, and what they are used
 * on is written by anybody: so they run in a program of their own, which can be killed.
 * @param signal ends the search
 * @throws {RpcError} when it is refused or fails
 */
export async function runSearch(
  machine: Machine,
  request: SearchRequest,
  { signal, take }: { readonly signal: AbortSignal; readonly take: TakeReport },
): Promise<SearchEnd> {
  const places = placesOf.get(machine) ?? new Places(CONCURRENT_SEARCHES);
  placesOf.set(machine, places);
  const { promise: cancelled, resolve } = Promise.withResolvers<"cancelled">();
  const onAbort = () => resolve("cancelled");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    const place = places.enter() ?? Promise.resolve();
    if (await Promise.race([place, cancelled]) === "cancelled") {
      void place.then(() => places.leave());
      return "cancelled";
    }
    return await runInPlace(machine, request, { take, cancelled, places });
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function runInPlace(
  machine: Machine,
  request: SearchRequest,
  { take, cancelled, places }: {
    readonly take: TakeReport;
    readonly cancelled: Promise<"cancelled">;
    readonly places: Places;
  },
): Promise<SearchEnd> {
  let child: SearchChild;
  try {
    child = new SearchChild(machine, request, take);
  } catch (error) {
    places.leave();
    throw error;
  }
  // Not before: a killed program that hangs in the kernel still takes its memory.
  void child.closed.then(() => places.leave());
  try {
    return await Promise.race([child.end, cancelled]);
  } finally {
    child.kill();
  }
}
