/** `process/signal`: interrupts a process group. @module */

import type { Empty, SignalParams } from "../../protocol/methods/process.ts";
import type { Call } from "../call.ts";
import { signals } from "./spawner.ts";

/** Sends the signal; unknown and ended processes are no error. */
export function signal(params: SignalParams, { session }: Call): Empty {
  session.processes.get(params.processId)?.signal(signals[params.signal]);
  return {};
}
