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
 * @param running the connection's own places, one of which is taken beside one of the machine's
 * @param signal ends the search
 * @throws {RpcError} when it is refused or fails
 */
export async function runSearch(
  machine: Machine,
  request: SearchRequest,
  { running, signal, take }: {
    readonly running: Places;
    readonly signal: AbortSignal;
    readonly take: TakeReport;
  },
): Promise<SearchEnd> {
  const places = placesOf.get(machine) ?? new Places(CONCURRENT_SEARCHES);
  placesOf.set(machine, places);
  const { promise: cancelled, resolve } = Promise.withResolvers<"cancelled">();
  const onAbort = () => resolve("cancelled");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    // The connection's first: who waits for that must not keep one of the machine's from others.
    if (!await enter(running, cancelled)) return "cancelled";
    if (!await enter(places, cancelled)) {
      running.leave();
      return "cancelled";
    }
    const leave = () => [places, running].forEach((taken) => taken.leave());
    return await runInPlace(machine, request, { take, cancelled, leave });
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** False when it is cancelled before there is a place. */
async function enter(places: Places, cancelled: Promise<"cancelled">): Promise<boolean> {
  const place = places.enter() ?? Promise.resolve();
  if (await Promise.race([place, cancelled]) !== "cancelled") return true;
  void place.then(() => places.leave());
  return false;
}

async function runInPlace(
  machine: Machine,
  request: SearchRequest,
  { take, cancelled, leave }: {
    readonly take: TakeReport;
    readonly cancelled: Promise<"cancelled">;
    readonly leave: () => void;
  },
): Promise<SearchEnd> {
  let child: SearchChild;
  try {
    child = new SearchChild(machine, request, take);
  } catch (error) {
    leave();
    throw error;
  }
  // Not before: a killed program that hangs in the kernel still takes its memory.
  void child.closed.then(leave);
  try {
    return await Promise.race([child.end, cancelled]);
  } finally {
    child.kill();
  }
}
