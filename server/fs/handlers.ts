/** The list of file methods: wire name to function; loaded with the first call of one. @module */

import type { FsRequests } from "../../protocol/methods/fs.ts";
import type { Handler } from "../handler.ts";
import { cancelSearch } from "./cancel_search.ts";
import { canonicalize } from "./canonicalize.ts";
import { chmod } from "./chmod.ts";
import { close } from "./close.ts";
import { copy } from "./copy.ts";
import { createDirectory } from "./create_directory.ts";
import { getMetadata } from "./get_metadata.ts";
import { glob } from "./glob.ts";
import { grep } from "./grep.ts";
import { hash } from "./hash.ts";
import { open } from "./open.ts";
import { readBlock } from "./read_block.ts";
import { readDirectory } from "./read_directory.ts";
import { readFile } from "./read_file.ts";
import { remove } from "./remove.ts";
import { rename } from "./rename.ts";
import { symlink } from "./symlink.ts";
import { unwatch } from "./unwatch.ts";
import { walk } from "./walk.ts";
import { watch } from "./watch.ts";
import { watchMissing } from "./watch_missing.ts";
import { writeBlock } from "./write_block.ts";
import { writeFile } from "./write_file.ts";

/** Methods about files. */
export type FileMethod = keyof FsRequests;

/** The handlers of all methods about files. */
export type FileHandlers = { readonly [M in FileMethod]: Handler<M> };

/** They, by name. */
export const fileHandlers: FileHandlers = {
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
  "fs/close": close,
  "fs/walk": walk,
  "fs/glob": glob,
  "fs/grep": grep,
  "fs/cancelSearch": cancelSearch,
  "fs/watchMissing": watchMissing,
  "fs/watch": watch,
  "fs/unwatch": unwatch,
};
