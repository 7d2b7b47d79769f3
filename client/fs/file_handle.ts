/** A file that is open at a server. @module */

import { ExecServerError } from "../errors.ts";
import { type FileCalls, uriOf } from "./calls.ts";
import type { FileHandle, FileOptions, FilePath, OpenFileOptions } from "./file_system.ts";

/** Largest block the protocol takes. */
export const BLOCK_BYTES: number = 1024 * 1024;

/**
 * Opens a file.
 * @throws {ExecServerError}
 */
export async function openHandle(
  calls: FileCalls,
  path: FilePath,
  { mode = "read", signal }: OpenFileOptions = {},
): Promise<RemoteFileHandle> {
  if (mode === "update") calls.require("fsUpdate", "Cannot open a file to update it");
  if (mode === "replace") {
    calls.require("fileWriteStreaming", "Cannot open a file to write to it");
  }
  const params = { path: uriOf(path), mode };
  for (;;) {
    const handleId = calls.newHandleId();
    try {
      await calls.call("fs/open", { handleId, ...params }, { signal });
      return new RemoteFileHandle(calls, handleId);
    } catch (error) {
      const isLost = error instanceof ExecServerError && error.kind === "disconnected";
      // It may be open all the same: whoever gave up waiting, or lost the answer, lets go of it.
      if (isLost || signal?.aborted === true) calls.tidy("fs/close", { handleId });
      if (!isLost || calls.isEnded) throw error;
    }
  }
}

/** An open file at a server. It closes with the connection at the latest. */
export class RemoteFileHandle implements FileHandle {
  readonly #calls: FileCalls;
  readonly #handleId: string;
  #isClosed = false;

  /** Made by `openHandle`. */
  constructor(calls: FileCalls, handleId: string) {
    this.#calls = calls;
    this.#handleId = handleId;
  }

  async read(
    offset: number,
    length: number,
    options: FileOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const params = { handleId: this.#handleId, offset, len: length };
    return (await this.#calls.call("fs/readBlock", params, options)).chunk;
  }

  async write(offset: number, bytes: Uint8Array, options: FileOptions = {}): Promise<void> {
    const params = { handleId: this.#handleId, offset, chunk: owned(bytes) };
    await this.#calls.call("fs/writeBlock", params, options);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#calls.call("fs/close", { handleId: this.#handleId }, { isCleanUp: true });
  }

  /** Lets go of it without waiting; for what is given up. */
  abandon(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#calls.tidy("fs/close", { handleId: this.#handleId });
  }

  /** Closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The same bytes in memory that is not shared with another thread. */
export function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : new Uint8Array(bytes);
}
