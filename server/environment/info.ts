/** `environment/info`: describes the executor's machine. @module */

import type { EnvironmentInfo } from "../../protocol/methods/environment.ts";
import type { Call } from "../call.ts";

/** What was gathered when the server started. */
export function info(_params: Record<string, never>, { machine }: Call): EnvironmentInfo {
  return machine.info;
}
