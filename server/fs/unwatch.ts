/** `fs/unwatch`: ends a watch. @module */

import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { Call } from "../call.ts";

/** Unknown watches are no error: one that has ended by itself may not be known to have yet. */
export function unwatch({ watchId }: Params<"fs/unwatch">, call: Call): Result<"fs/unwatch"> {
  call.holdings.watches.end(watchId);
  return {};
}
