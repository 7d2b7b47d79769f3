/** The files of a client, whose code is loaded when they are first used. @module */

import type { FileSystemParts } from "./calls.ts";
import type { FileSystem } from "./file_system.ts";
import { LazyFileSystem } from "./lazy_file_system.ts";

/** The files of a client. Programs that only run processes never load what it takes. */
export function fileSystemOf(parts: FileSystemParts): FileSystem {
  let loading: Promise<FileSystem> | undefined;
  return new LazyFileSystem(() => loading ??= load(parts));
}

async function load(parts: FileSystemParts): Promise<FileSystem> {
  const { RemoteFileSystem } = await import("./remote_file_system.ts");
  return new RemoteFileSystem(parts);
}
