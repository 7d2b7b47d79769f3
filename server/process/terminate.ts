/** `process/terminate`: ends a process group at once. @module */

import type { ProcessParams, TerminateResult } from "../../protocol/methods/process.ts";
import type { Call } from "../call.ts";

/** Kills the group; what the program left running in it goes too, even after its own end. */
export function terminate({ processId }: ProcessParams, { session }: Call): TerminateResult {
  const process = session.processes.get(processId);
  if (process === undefined) return { running: false };
  const running = process.state.kind === "running";
  process.kill();
  return { running };
}
