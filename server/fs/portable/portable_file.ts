/** An open file for the portable file system: a handle of the runtime's `node:fs`. @module */

import type { FileHandle } from "node:fs/promises";
import { CallsInWork } from "../calls_in_work.ts";
import { isFault } from "../file_fault.ts";
import type { FileStatus, OpenFile } from "../file_system.ts";
import { denoFault } from "./deno_fault.ts";
import type { InPool } from "./portable_directory.ts";
import { portableStatus } from "./portable_status.ts";

const COPY_BYTES = 1 << 20;

/** Its reads and writes say where in the file, which those of `Deno.FsFile` cannot. */
export class PortableFile implements OpenFile {
  readonly #handle: FileHandle;
  readonly #inPool: InPool;
  readonly #calls = new CallsInWork();

  /** Takes over the handle. */
  constructor(handle: FileHandle, inPool: InPool) {
    this.#handle = handle;
    this.#inPool = inPool;
  }

  status(): Promise<FileStatus> {
    return this.#run(async () => portableStatus(await this.#handle.stat({ bigint: true })));
  }

  read(into: Uint8Array<ArrayBuffer>, offset: number): Promise<number> {
    return this.#run(() => this.#fill(into, offset));
  }

  write(bytes: Uint8Array<ArrayBuffer>, offset: number): Promise<void> {
    return this.#run(() => this.#writeAll(bytes, offset));
  }

  async copyFrom(source: OpenFile, offset: number, length: number): Promise<number> {
    const buffer = new Uint8Array(Math.min(length, COPY_BYTES));
    let copied = 0;
    while (copied < length) {
      const wanted = buffer.subarray(0, Math.min(buffer.byteLength, length - copied));
      const count = await source.read(wanted, offset + copied);
      if (count === 0) break;
      await this.write(buffer.subarray(0, count), offset + copied);
      copied += count;
    }
    return copied;
  }

  truncate(size: number): Promise<void> {
    return this.#run(() => this.#handle.truncate(size));
  }

  flush(): Promise<void> {
    return this.#run(() => this.#handle.sync());
  }

  setMode(mode: number): Promise<void> {
    return this.#run(() => this.#handle.chmod(mode));
  }

  setOwner(userId: number, groupId: number): Promise<void> {
    return this.#run(() => this.#handle.chown(userId, groupId));
  }

  async close(): Promise<void> {
    if (this.#calls.isEnding) return await this.#calls.end();
    await this.#calls.end();
    await this.#inPool(() => this.#handle.close());
  }

  #run<T>(call: () => Promise<T>): Promise<T> {
    return this.#calls.run(() => this.#inPool(call));
  }

  async #fill(into: Uint8Array<ArrayBuffer>, offset: number): Promise<number> {
    let filled = 0;
    while (filled < into.byteLength) {
      const rest = into.byteLength - filled;
      const { bytesRead } = await this.#handle.read(into, filled, rest, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  async #writeAll(bytes: Uint8Array<ArrayBuffer>, offset: number): Promise<void> {
    // A FIFO has no places: it takes bytes as they come.
    let hasPlaces = true;
    for (let written = 0; written < bytes.byteLength;) {
      const rest = bytes.byteLength - written;
      const at = hasPlaces ? offset + written : null;
      try {
        written += (await this.#handle.write(bytes, written, rest, at)).bytesWritten;
      } catch (error) {
        if (!hasPlaces || !isFault(denoFault(error), "ESPIPE")) throw error;
        hasPlaces = false;
      }
    }
  }
}
