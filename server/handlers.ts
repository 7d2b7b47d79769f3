/** The list: wire name to function. A missing or an extra entry does not compile. @module */

import type { Params, RequestName, Result } from "../protocol/methods/mod.ts";
import type { Call } from "./call.ts";
import { info } from "./environment/info.ts";
import { status } from "./environment/status.ts";
import { canonicalize } from "./fs/canonicalize.ts";
import { getMetadata } from "./fs/get_metadata.ts";
import { readFile } from "./fs/read_file.ts";
import { closeStdin } from "./process/close_stdin.ts";
import { read } from "./process/read.ts";
import { resize } from "./process/resize.ts";
import { signal } from "./process/signal.ts";
import { start } from "./process/start.ts";
import { terminate } from "./process/terminate.ts";
import { write } from "./process/write.ts";

/** Requests that need a session, which is all but the one that finds it. */
export type ServedName = Exclude<RequestName, "initialize">;

/**
 * Serves one request. What must happen in order of arrival happens before the first `await`, for
 * requests are begun in that order.
 */
export type Handler<M extends RequestName> = (
  params: Params<M>,
  call: Call,
) => Result<M> | Promise<Result<M>>;

/** Every handler, by name. */
export const handlers: { readonly [M in ServedName]: Handler<M> } = {
  "environment/info": info,
  "environment/status": status,
  "process/start": start,
  "process/read": read,
  "process/write": write,
  "process/closeStdin": closeStdin,
  "process/signal": signal,
  "process/terminate": terminate,
  "process/resize": resize,
  "fs/readFile": readFile,
  "fs/getMetadata": getMetadata,
  "fs/canonicalize": canonicalize,
};
