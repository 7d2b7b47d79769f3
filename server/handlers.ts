/** The list: wire name to function. A missing or an extra entry does not compile. @module */

import type { Params, RequestName, Result } from "../protocol/methods/mod.ts";
import type { Call } from "./call.ts";
import { info } from "./environment/info.ts";
import { status } from "./environment/status.ts";
import { cancelSearch } from "./fs/cancel_search.ts";
import { canonicalize } from "./fs/canonicalize.ts";
import { chmod } from "./fs/chmod.ts";
import { close as closeFile } from "./fs/close.ts";
import { copy } from "./fs/copy.ts";
import { createDirectory } from "./fs/create_directory.ts";
import { getMetadata } from "./fs/get_metadata.ts";
import { glob } from "./fs/glob.ts";
import { grep } from "./fs/grep.ts";
import { hash } from "./fs/hash.ts";
import { open } from "./fs/open.ts";
import { readBlock } from "./fs/read_block.ts";
import { readDirectory } from "./fs/read_directory.ts";
import { readFile } from "./fs/read_file.ts";
import { remove } from "./fs/remove.ts";
import { rename } from "./fs/rename.ts";
import { symlink } from "./fs/symlink.ts";
import { unwatch } from "./fs/unwatch.ts";
import { walk } from "./fs/walk.ts";
import { watch } from "./fs/watch.ts";
import { watchMissing } from "./fs/watch_missing.ts";
import { writeBlock } from "./fs/write_block.ts";
import { writeFile } from "./fs/write_file.ts";
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
  "fs/writeFile": writeFile,
  "fs/hash": hash,
  "fs/getMetadata": getMetadata,
  "fs/canonicalize": canonicalize,
  "fs/readDirectory": readDirectory,
  "fs/createDirectory": createDirectory,
  "fs/remove": remove,
  "fs/copy": copy,
  "fs/rename": rename,
  "fs/symlink": symlink,
  "fs/chmod": chmod,
  "fs/open": open,
  "fs/readBlock": readBlock,
  "fs/writeBlock": writeBlock,
  "fs/close": closeFile,
  "fs/walk": walk,
  "fs/glob": glob,
  "fs/grep": grep,
  "fs/cancelSearch": cancelSearch,
  "fs/watchMissing": watchMissing,
  "fs/watch": watch,
  "fs/unwatch": unwatch,
};
