/** What serves one request. @module */

import type { Params, RequestName, Result } from "../protocol/methods/mod.ts";
import type { Call } from "./call.ts";

/**
 * Serves one request. What must happen in order of arrival happens before the first `await`, for
 * requests are begun in that order.
 */
export type Handler<M extends RequestName> = (
  params: Params<M>,
  call: Call,
) => Result<M> | Promise<Result<M>>;
