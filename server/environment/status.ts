/** `environment/status`: a sign of life. @module */

import type { EnvironmentStatus } from "../../protocol/methods/environment.ts";

/** A server that answers is ready. */
export function status(): EnvironmentStatus {
  return { status: "ready" };
}
