/** A folder for the files of one figure, on the disk of temporary files, removed after it. @module */

import { join, toFileUrl } from "@std/path";

/** A scratch folder; it is removed by disposal. */
export class FileScratch implements AsyncDisposable {
  /** Its path. */
  readonly folder: string;

  /** Use {@linkcode FileScratch.make}. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes a new folder. */
  static async make(): Promise<FileScratch> {
    return new FileScratch(await Deno.makeTempDir({ prefix: "exec_server_bench_files_" }));
  }

  /** The path of a file in it. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** A path in it as the wire wants it. */
  uri(name: string): string {
    return toFileUrl(this.path(name)).href;
  }

  /** Removes the folder and all in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
