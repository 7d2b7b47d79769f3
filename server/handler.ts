/** What serves one request. @module */

import type { Params, RequestName, Result } from "../protocol/methods/mod.ts";
import type { Call } from "./call.ts";
import type { PassedResult } from "./fs/sandboxed/passed_result.ts";

/**
 * Serves one request. What must happen in order of arrival happens before the first `await`, for
 * requests are begun in that order.
 */
export type Handler<M extends RequestName> = (
  params: Params<M>,
  call: Call,
) => Result<M> | PassedResult | Promise<Result<M> | PassedResult>;
