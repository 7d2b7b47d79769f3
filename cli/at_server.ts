/** Does something at a server: connects, has it done, and reports what failed. @module */

import type { ExecServerClient, SessionState } from "../client/mod.ts";
import { realClock, type Timer } from "../protocol/clock.ts";
import { complain } from "./complain.ts";
import { connectTo } from "./connect_to.ts";
import { report } from "./failure.ts";
import type { ServerChoice } from "./server_options.ts";
import { processSignals, StopSignals } from "./stop_signals.ts";

/** What is done; returns the exit status. */
export type Work = (client: ExecServerClient, signals: StopSignals) => Promise<number>;

/** What the error of a failed call does not say. */
function sayState(state: SessionState): void {
  if (state === "recovering") {
    complain("The connection to the server is lost; trying to get it back");
  }
  if (state === "connected") complain("The connection to the server is back");
}

// What has been told to stop may still tidy up, for so long.
const TIDYING_MS = 3000;

/** What the work returns, or what it was given up with when it does not heed the signal in time. */
async function unlessGivenUp(work: Promise<number>, { starting, givenUp }: StopSignals) {
  const late = Promise.withResolvers<number>();
  let timer: Timer | undefined;
  const wait = () => {
    timer = realClock.after(TIDYING_MS, () => late.resolve(givenUp));
  };
  if (starting.aborted) wait();
  else starting.addEventListener("abort", wait, { once: true });
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    starting.removeEventListener("abort", wait);
    timer?.cancel();
  }
}

/**
 * Connects, and does the work. A signal that comes before there is a process ends the attempt.
 * @param subcommand names this program to the server
 * @returns the exit status
 */
export async function atServer(
  server: ServerChoice,
  subcommand: string,
  work: Work,
): Promise<number> {
  using signals = new StopSignals(processSignals, realClock);
  try {
    await using client = await connectTo(server, subcommand, signals.starting);
    client.onState(sayState);
    return await unlessGivenUp(work(client, signals), signals);
  } catch (error) {
    if (signals.starting.aborted) return await signals.givenUp;
    return report(error);
  }
}
