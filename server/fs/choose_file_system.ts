/** Picks what reaches the files of this machine. @module */

import { limits } from "../../protocol/limits.ts";
import { Places } from "../places.ts";
import type { SpawnerOptions } from "../process/choose_spawner.ts";
import type { FileSystem } from "./file_system.ts";
import { PortableFileSystem } from "./portable/portable_file_system.ts";
import { PosixFileSystem } from "./posix/posix_file_system.ts";

/** What to pick by: who asks for the portable way of starting processes gets that of files too. */
export type FileSystemOptions = Pick<SpawnerOptions, "runner" | "onError">;

/** The system's own calls where they can be, else the runtime's functions. */
export function chooseFileSystem({ runner, onError }: FileSystemOptions): FileSystem {
  const places = limits.concurrentFileOperations;
  if (runner === "command" || Deno.build.os !== "linux") {
    return new PortableFileSystem(new Places(places));
  }
  try {
    return new PosixFileSystem({ places });
  } catch (error) {
    // No FFI, or another C library: what the runtime does is less.
    onError(error);
    return new PortableFileSystem(new Places(places));
  }
}
