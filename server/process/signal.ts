/** `process/signal`: sends a signal to a process group. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { Empty } from "../../protocol/methods/nothing.ts";
import type { SignalParams } from "../../protocol/methods/process_control.ts";
import { type SignalName, signalNames } from "../../protocol/signal_names.ts";
import type { Call } from "../call.ts";
import { signalNumbers } from "./signal_numbers.ts";

/** Sends the signal; unknown and ended processes are no error. */
export function signal(params: SignalParams, { session, wantsExtensions }: Call): Empty {
  const name = requireSignal(params.signal, wantsExtensions);
  const process = session.processes.get(params.processId);
  if (process === undefined) session.processes.refuseAlias(params.processId, "signal");
  process?.signal(signalNumbers[name]);
  return {};
}

/** A client that did not ask for extensions gets the reference's answer to other names. */
function requireSignal(name: string, wantsExtensions: boolean): SignalName {
  const taken: readonly SignalName[] = wantsExtensions ? signalNames : ["interrupt"];
  const found = taken.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  const wanted = wantsExtensions ? "`interrupt` or a name such as `SIGTERM`" : "`interrupt`";
  throw new RpcError(
    "invalidParams",
    `unknown variant \`${name.slice(0, 80)}\`, expected ${wanted}`,
  );
}
