/** Prints what an observed process says: each stream to its own, and what is missing to errors. @module */

import type { ObservedProcess } from "../client/mod.ts";
import { complain } from "./complain.ts";
import { writeAll } from "./forward.ts";

/** How far to print. */
export interface PrintOptions {
  /** Number of the last event of interest; all when absent. */
  readonly untilSeq?: number;
  /** Detaches. */
  readonly signal: AbortSignal;
}

/**
 * Prints its events until it has closed, or as far as is wanted.
 * @throws {OutputBroken} when nobody reads any more
 * @throws {ExecServerError} when the process or the connection is lost, or the signal aborts
 */
export async function printEvents(
  process: ObservedProcess,
  { untilSeq = Infinity, signal }: PrintOptions,
): Promise<void> {
  // What reads the events is then told that they are over.
  const detach = () => void process.detach().catch(() => {});
  if (signal.aborted) detach();
  signal.addEventListener("abort", detach);
  try {
    for await (const event of process.events()) {
      if (event.type === "gap") complain(`Missing here: ${gapText(event)}, no longer kept`);
      if (event.type === "output") {
        await writeAll(event.stream === "stderr" ? Deno.stderr : Deno.stdout, event.chunk);
      }
      if (event.seq >= untilSeq) return;
    }
  } finally {
    signal.removeEventListener("abort", detach);
  }
}

function gapText({ from, to }: { readonly from: number; readonly to: number }): string {
  return from === to ? `event ${from}` : `events ${from} to ${to}`;
}
