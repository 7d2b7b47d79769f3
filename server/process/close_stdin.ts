/** `process/closeStdin`: ends a process's standard input. Extension. @module */

import type { CloseStdinResult, ProcessParams } from "../../protocol/methods/process.ts";
import type { Call } from "../call.ts";

/** Ends standard input after everything written before it. */
export function closeStdin({ processId }: ProcessParams, { session }: Call): CloseStdinResult {
  const process = session.processes.get(processId);
  if (process === undefined) {
    session.processes.refuseAlias(processId, "close the input of");
    return { status: "unknownProcess" };
  }
  if (process.stdin === undefined) return { status: "stdinClosed" };
  process.stdin.end();
  return { status: "accepted" };
}
