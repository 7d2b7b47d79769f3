/** `process/resize`: changes the size of a process's terminal. Extension. @module */

import type { ResizeParams, ResizeResult } from "../../protocol/methods/process_control.ts";
import type { Call } from "../call.ts";

/** Resizes; the foreground job gets SIGWINCH when that changes something. */
export function resize({ processId, rows, cols }: ResizeParams, { session }: Call): ResizeResult {
  const process = session.processes.get(processId);
  if (process === undefined) {
    session.processes.refuseAlias(processId, "resize the terminal of");
    return { status: "unknownProcess" };
  }
  return { status: process.resize({ rows, cols }) ? "accepted" : "noTerminal" };
}
