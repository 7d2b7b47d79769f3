/** Does something at a server: connects, has it done, and reports what failed. @module */

import type { ExecServerClient, SessionState } from "../client/mod.ts";
import { realClock } from "../protocol/clock.ts";
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
    return await work(client, signals);
  } catch (error) {
    if (signals.starting.aborted) return await signals.givenUp;
    return report(error);
  }
}
