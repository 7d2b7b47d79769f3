/** A directory for the portable file system: its path, for Deno has no handles of directories. @module */

import { FileFault } from "../file_fault.ts";
import type { DirectoryItem, FileStatus, NativePath, OpenDirectory } from "../file_system.ts";
import { nodeFiles } from "./node_files.ts";
import { entryKind, portableStatus } from "./portable_status.ts";

/** Does a piece of work in a place of the pool, and words its failure. */
export type InPool = <T>(work: () => Promise<T>) => Promise<T>;

/** Names are found by path: who renames the directory meanwhile leads them elsewhere. */
export class PortableDirectory implements OpenDirectory {
  readonly path: NativePath;
  readonly #inPool: InPool;

  /** @param path of a directory that exists */
  constructor(path: NativePath, inPool: InPool) {
    this.path = path;
    this.#inPool = inPool;
  }

  /** Names that are not Unicode are not told by Deno. */
  items(signal?: AbortSignal): Promise<readonly DirectoryItem[]> {
    return this.#inPool(async () => {
      const items: DirectoryItem[] = [];
      for await (const entry of Deno.readDir(this.path)) {
        if (signal?.aborted) throw FileFault.of("EINTR");
        items.push({ name: entry.name, kind: entryKind(entry) });
      }
      return items;
    });
  }

  status(): Promise<FileStatus> {
    return this.#inPool(async () => {
      const { promises } = await nodeFiles();
      return portableStatus(await promises.stat(this.path, { bigint: true }));
    });
  }

  flush(): Promise<void> {
    return this.#inPool(async () => {
      if (Deno.build.os === "windows") return;
      const { promises, constants } = await nodeFiles();
      const flags = constants.O_RDONLY | constants.O_DIRECTORY;
      const handle = await promises.open(this.path, flags);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  }

  close(): void {}
}
