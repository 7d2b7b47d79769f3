/** A web stream into a file at a server. @module */

import type { FileCalls } from "./calls.ts";
import { BLOCK_BYTES, openHandle, type RemoteFileHandle } from "./file_handle.ts";
import type { FilePath, WritableOptions } from "./file_system.ts";

/** Blocks on their way at once: enough to keep a connection busy across its delay. */
const WRITES_BEHIND = 4;

/**
 * A stream into a file, sent in blocks of up to 1 MiB. Closing it settles when every byte is
 * written; aborting it lets go of the file with what has been written so far.
 */
export function writeStream(
  calls: FileCalls,
  path: FilePath,
  options: WritableOptions = {},
): WritableStream<Uint8Array> {
  const writer = new BlockWriter(calls, path, options);
  return new WritableStream({
    start: () => writer.open(),
    write: (bytes) => writer.write(bytes),
    close: () => writer.close(),
    abort: () => writer.abandon(),
  });
}

/** Gathers bytes into blocks and writes a few of them at once. */
class BlockWriter {
  readonly #calls: FileCalls;
  readonly #path: FilePath;
  readonly #options: WritableOptions;
  readonly #underWay = new Set<Promise<void>>();
  #block: Uint8Array<ArrayBuffer> = new Uint8Array(BLOCK_BYTES);
  #filled = 0;
  #offset: number;
  #handle: RemoteFileHandle | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(calls: FileCalls, path: FilePath, options: WritableOptions) {
    this.#calls = calls;
    this.#path = path;
    this.#options = options;
    this.#offset = options.offset ?? 0;
  }

  /** Opens the file; it is there, and empty in mode `replace`, even when nothing is written. */
  async open(): Promise<void> {
    const { mode = "replace", signal } = this.#options;
    this.#handle = await openHandle(this.#calls, this.#path, { mode, signal });
  }

  /** Takes bytes; waits while enough is on its way. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength;) {
      const piece = bytes.subarray(at, at + BLOCK_BYTES - this.#filled);
      this.#block.set(piece, this.#filled);
      this.#filled += piece.byteLength;
      at += piece.byteLength;
      if (this.#filled === BLOCK_BYTES) await this.#send();
    }
  }

  /** Writes what is left, and closes. */
  async close(): Promise<void> {
    try {
      if (this.#filled > 0) await this.#send();
      await Promise.all(this.#underWay);
      this.#throwFailure();
      await this.#handle?.close();
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** Lets go of the file. */
  abandon(): void {
    this.#handle?.abandon();
  }

  async #send(): Promise<void> {
    while (this.#underWay.size >= WRITES_BEHIND) await Promise.race(this.#underWay);
    this.#throwFailure();
    const block = this.#block.subarray(0, this.#filled);
    const { signal } = this.#options;
    const writing: Promise<void> = (this.#handle?.write(this.#offset, block, { signal }) ??
      Promise.resolve())
      .catch((error) => void (this.#failure ??= { error }))
      .finally(() => this.#underWay.delete(writing));
    this.#underWay.add(writing);
    this.#offset += this.#filled;
    // It may have to be sent again, when the connection is lost before it is answered.
    this.#block = new Uint8Array(BLOCK_BYTES);
    this.#filled = 0;
  }

  #throwFailure(): void {
    if (this.#failure === undefined) return;
    this.abandon();
    throw this.#failure.error;
  }
}
