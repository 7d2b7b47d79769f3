/** The list of file methods as they are served: in a sandbox where a call asks for one. @module */

import { RpcError } from "../../../protocol/errors.ts";
import type { Params } from "../../../protocol/methods/mod.ts";
import type { SandboxIntent } from "../../../protocol/methods/sandbox.ts";
import type { Call } from "../../call.ts";
import type { Handler } from "../../handler.ts";
import type { PassedResult } from "./passed_result.ts";
import { type FileHandlers, fileHandlers, type FileMethod } from "../handlers.ts";
import { type HeldCall, sandboxedFiles } from "./sandboxed_files.ts";

/** Parameters that may ask for a sandbox. */
interface SandboxedParams {
  readonly sandbox?: SandboxIntent | null | undefined;
}

/** Serves calls that a policy holds. What has to keep its order happens before the first `await`. */
type HeldHandler<P> = (params: P, call: HeldCall) => Promise<PassedResult>;

/** A method that is served by its plain handler, unless there is a policy which holds the call. */
function held<P extends SandboxedParams, R>(
  plain: (params: P, call: Call) => R,
  serve: HeldHandler<P>,
): (params: P, call: Call) => R | Promise<PassedResult> {
  return (params, call) => {
    const sandbox = params.sandbox ?? undefined;
    if (sandbox === undefined) return plain(params, call);
    const contained = sandboxedFiles(call).confinement(sandbox);
    if (contained === undefined) return plain({ ...params, sandbox: null }, call);
    return serve(params, { call, sandbox, contained });
  };
}

/** Has calls of a method served as they are. */
function byHelper(method: FileMethod): HeldHandler<SandboxedParams> {
  return (params, held) => sandboxedFiles(held.call).serve(method, params, held);
}

function refuseWatch(params: Params<"fs/watch">, call: Call): ReturnType<Handler<"fs/watch">> {
  if ((params.sandbox ?? undefined) === undefined) return fileHandlers["fs/watch"](params, call);
  throw new RpcError(
    "notSupported",
    "Cannot watch in a sandbox: this server cannot hold a watch to a policy; leave `sandbox` out",
  );
}

/** All handlers, by name. Open files and searches are held by how they were begun. */
export const fileCalls: FileHandlers = {
  "fs/readFile": held(fileHandlers["fs/readFile"], byHelper("fs/readFile")),
  "fs/writeFile": held(fileHandlers["fs/writeFile"], byHelper("fs/writeFile")),
  "fs/hash": held(fileHandlers["fs/hash"], byHelper("fs/hash")),
  "fs/getMetadata": held(fileHandlers["fs/getMetadata"], byHelper("fs/getMetadata")),
  "fs/canonicalize": held(fileHandlers["fs/canonicalize"], byHelper("fs/canonicalize")),
  "fs/readDirectory": held(fileHandlers["fs/readDirectory"], byHelper("fs/readDirectory")),
  "fs/createDirectory": held(fileHandlers["fs/createDirectory"], byHelper("fs/createDirectory")),
  "fs/remove": held(fileHandlers["fs/remove"], byHelper("fs/remove")),
  "fs/copy": held(fileHandlers["fs/copy"], byHelper("fs/copy")),
  "fs/rename": held(fileHandlers["fs/rename"], byHelper("fs/rename")),
  "fs/symlink": held(fileHandlers["fs/symlink"], byHelper("fs/symlink")),
  "fs/chmod": held(fileHandlers["fs/chmod"], byHelper("fs/chmod")),
  "fs/open": held(
    fileHandlers["fs/open"],
    (params, held) => sandboxedFiles(held.call).open(params, held),
  ),
  "fs/readBlock": fileHandlers["fs/readBlock"],
  "fs/writeBlock": fileHandlers["fs/writeBlock"],
  "fs/close": fileHandlers["fs/close"],
  "fs/walk": held(fileHandlers["fs/walk"], byHelper("fs/walk")),
  "fs/glob": held(
    fileHandlers["fs/glob"],
    (params, held) => sandboxedFiles(held.call).glob(params, held),
  ),
  "fs/grep": held(
    fileHandlers["fs/grep"],
    (params, held) => sandboxedFiles(held.call).grep(params, held),
  ),
  "fs/cancelSearch": fileHandlers["fs/cancelSearch"],
  "fs/watchMissing": fileHandlers["fs/watchMissing"],
  "fs/watch": refuseWatch,
  "fs/unwatch": fileHandlers["fs/unwatch"],
};
