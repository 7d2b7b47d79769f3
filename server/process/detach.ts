/** `process/detach`: forgets an alias. Extension. @module */

import type { DetachParams, DetachResult } from "../../protocol/methods/process_attach.ts";
import type { Call } from "../call.ts";

/** Detaches; harmless when there is no such alias. The process does not notice. */
export function detach({ processId }: DetachParams, { session }: Call): DetachResult {
  return { detached: session.processes.forget(processId) };
}
