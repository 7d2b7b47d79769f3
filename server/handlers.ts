/** The list: wire name to function. A missing or an extra entry does not compile. @module */

import type { RequestName } from "../protocol/methods/mod.ts";
import type { FileHandlers, FileMethod } from "./fs/handlers.ts";
import type { Handler } from "./handler.ts";
import { info } from "./environment/info.ts";
import { status } from "./environment/status.ts";
import { requireWaiting } from "./fs/steps.ts";
import { attach } from "./process/attach.ts";
import { closeStdin } from "./process/close_stdin.ts";
import { detach } from "./process/detach.ts";
import { list } from "./process/list.ts";
import { read } from "./process/read.ts";
import { resize } from "./process/resize.ts";
import { signal } from "./process/signal.ts";
import { start } from "./process/start.ts";
import { terminate } from "./process/terminate.ts";
import { write } from "./process/write.ts";

/** Requests that need a session, which is all but the one that finds it. */
export type ServedName = Exclude<RequestName, "initialize">;

/** Their handlers, once they are loaded. */
let files: FileHandlers | undefined;

/**
 * A method about files. Its code is loaded with the first call of any of them, in whose order the
 * others then follow: a server that runs programs only need not carry it.
 */
function fileMethod<M extends FileMethod>(method: M): Handler<M> {
  return (params, call) =>
    files === undefined
      ? loadFiles().then((loaded) => {
        // The connection may have ended meanwhile: what is made now nobody would let go of.
        requireWaiting(call.signal);
        return loaded[method](params, call);
      })
      : files[method](params, call);
}

async function loadFiles(): Promise<FileHandlers> {
  const { fileCalls } = await import("./fs/sandboxed/file_calls.ts");
  return files = fileCalls;
}

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
  "process/list": list,
  "process/attach": attach,
  "process/detach": detach,
  "fs/readFile": fileMethod("fs/readFile"),
  "fs/writeFile": fileMethod("fs/writeFile"),
  "fs/hash": fileMethod("fs/hash"),
  "fs/getMetadata": fileMethod("fs/getMetadata"),
  "fs/canonicalize": fileMethod("fs/canonicalize"),
  "fs/readDirectory": fileMethod("fs/readDirectory"),
  "fs/createDirectory": fileMethod("fs/createDirectory"),
  "fs/remove": fileMethod("fs/remove"),
  "fs/copy": fileMethod("fs/copy"),
  "fs/rename": fileMethod("fs/rename"),
  "fs/symlink": fileMethod("fs/symlink"),
  "fs/chmod": fileMethod("fs/chmod"),
  "fs/open": fileMethod("fs/open"),
  "fs/readBlock": fileMethod("fs/readBlock"),
  "fs/writeBlock": fileMethod("fs/writeBlock"),
  "fs/close": fileMethod("fs/close"),
  "fs/walk": fileMethod("fs/walk"),
  "fs/glob": fileMethod("fs/glob"),
  "fs/grep": fileMethod("fs/grep"),
  "fs/cancelSearch": fileMethod("fs/cancelSearch"),
  "fs/watchMissing": fileMethod("fs/watchMissing"),
  "fs/watch": fileMethod("fs/watch"),
  "fs/unwatch": fileMethod("fs/unwatch"),
};
