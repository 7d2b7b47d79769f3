/** `process/terminate`: ends a process and everything that descends from it. @module */

import type { TerminateParams, TerminateResult } from "../../protocol/methods/process_control.ts";
import type { Call } from "../call.ts";

/** Kills at once, or after a time to end by itself; also what the program left after its own end. */
export function terminate(params: TerminateParams, { session }: Call): TerminateResult {
  const process = session.processes.get(params.processId);
  if (process === undefined) {
    session.processes.refuseAlias(params.processId, "end");
    return { running: false };
  }
  const running = process.state.kind === "running";
  const graceMs = params.graceMs ?? 0;
  if (graceMs > 0) process.terminate(graceMs);
  else process.kill();
  return { running };
}
