/** What the parts of a client need of whatever carries their calls. @module */

import type {
  NotificationName,
  NotificationParams,
  Params,
  RequestName,
  Result,
} from "../protocol/methods/mod.ts";
import type { ExecServerError } from "./errors.ts";

/** How a call is made. */
export interface CallOptions {
  /** Gives up waiting; the server may still carry the call out. */
  readonly signal?: AbortSignal | undefined;
  /** While the connection is being recovered: `wait` (default), or `fail` with kind `recovering`. */
  readonly whileRecovering?: "wait" | "fail";
  /** Uses the place kept free for calls that tidy up, so that they get through when all are taken. */
  readonly isCleanUp?: boolean;
  /** Waits for a place when all are taken, instead of failing with kind `limit`; default false. */
  readonly waitsForPlace?: boolean;
}

/** Makes calls at one server, over one connection or over several that follow each other. */
export interface Caller {
  /** Names the server in errors. */
  readonly peer: string;
  /** Whether no call can be made any more. */
  readonly isEnded: boolean;
  /** Settles with the error that every unfinished and later call fails with. Never rejects. */
  readonly ended: Promise<ExecServerError>;
  /** Makes a call. The parameters are written before it returns, when there is a connection. */
  call<M extends RequestName>(
    method: M,
    params: Params<M>,
    options?: CallOptions,
  ): Promise<Result<M>>;
  /** Sends a notification, if there is a connection. */
  notify<M extends NotificationName>(method: M, params: NotificationParams<M>): void;
}
