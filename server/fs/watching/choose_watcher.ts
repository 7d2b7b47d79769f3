/** Picks what tells of changes on this machine. @module */

import type { FileSystem } from "../file_system.ts";
import { PosixFileSystem } from "../posix/posix_file_system.ts";
import { InotifyWatcher } from "./inotify_watcher.ts";
import { RuntimeWatcher } from "./runtime_watcher.ts";
import type { Watcher } from "./watcher.ts";

/** By system calls where the file system is reached so too, else by the runtime's function. */
export function chooseWatcher(files: FileSystem): Watcher {
  return files instanceof PosixFileSystem ? new InotifyWatcher() : new RuntimeWatcher();
}
