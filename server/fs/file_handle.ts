/** One file that a client has open. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { ReadBlockResult } from "../../protocol/methods/fs_handles.ts";
import { lendBlock, takeBack } from "../../protocol/spare_blocks.ts";
import { CallsInWork } from "./calls_in_work.ts";
import { FileFault } from "./file_fault.ts";
import type { NativePath, OpenFile, OpenOptions } from "./file_system.ts";
import { fileError } from "./path.ts";

/** What a handle does with a file. */
export type HandledFile = Pick<OpenFile, "read" | "write" | "close">;

/** How a handle comes to its file. */
export interface FileHandleOptions {
  /** Where the file is; also for messages. */
  readonly path: NativePath;
  /** What the file is opened for. */
  readonly access: OpenOptions["access"];
  /** Opens it. */
  readonly open: (path: NativePath) => Promise<HandledFile>;
  /** Settles when a descriptor may be taken; undefined when it may at once. */
  readonly room: () => Promise<void> | undefined;
}

/** Which bytes of a file. */
export interface BlockRange {
  /** First byte. */
  readonly offset: number;
  /** Bytes wanted. */
  readonly len: number;
}

/** Offsets are 64-bit integers with sign in every system call. */
const END_OF_OFFSETS = 2n ** 63n;

/** A file from the moment its opening begins until it is closed. Calls may be made side by side. */
export class FileHandle {
  /** What the client calls it. */
  readonly id: string;
  /** Settles when the file is open. Rejects with the wire error when it cannot be opened. */
  readonly opened: Promise<void>;
  readonly #path: NativePath;
  readonly #access: OpenOptions["access"];
  readonly #calls = new CallsInWork();
  #file: HandledFile | undefined;

  /** Begins to open the file. */
  constructor(id: string, { path, access, open, room }: FileHandleOptions) {
    this.id = id;
    this.#path = path;
    this.#access = access;
    this.opened = this.#open(open, room);
  }

  /**
   * Reads a block.
   * @param room settles when there is room for it on the way to the client; may refuse
   * @returns a chunk in a block from `lendBlock`
   * @throws {RpcError} `fileFailed` when it is open for writing only, and whatever the system says
   */
  read(range: BlockRange, room: () => Promise<void>): Promise<ReadBlockResult> {
    return this.#run(async (file) => {
      if (this.#access === "write") throw FileFault.of("EBADF");
      if (isBeyondOffsets(range)) throw FileFault.of("EINVAL");
      await room();
      return await readInto(lendBlock(range.len), file, range.offset);
    });
  }

  /**
   * Writes a block, all of it.
   * @throws {RpcError} `fileRefused` when it would end beyond the largest offset, `fileFailed` when
   * the file is open for reading only, and whatever the system says
   */
  write(chunk: Uint8Array<ArrayBuffer>, offset: number): Promise<void> {
    return this.#run((file) => {
      if (this.#access === "read") throw FileFault.of("EBADF");
      // No file system has files of eight petabytes.
      if (!Number.isSafeInteger(offset + chunk.byteLength)) throw FileFault.of("EFBIG");
      return file.write(chunk, offset);
    });
  }

  /** Closes it after the calls that are in work. Harmless when done already. */
  async close(): Promise<void> {
    await this.#calls.end();
    await this.opened.catch(() => {});
    try {
      await this.#file?.close();
    } catch (error) {
      throw fileError(error, this.#path);
    }
  }

  async #open(
    open: FileHandleOptions["open"],
    room: FileHandleOptions["room"],
  ): Promise<void> {
    try {
      // A moment later the handle is in its table, and counts.
      await Promise.resolve();
      await room();
      this.#file = await open(this.#path);
    } catch (error) {
      throw fileError(error, this.#path);
    }
  }

  async #run<T>(work: (file: HandledFile) => Promise<T>): Promise<T> {
    try {
      return await this.#calls.run(async () => {
        // Whoever opened it is told why it failed; to all others there is no such file.
        if (this.#file === undefined) await this.opened.catch(() => {});
        if (this.#file === undefined) throw unknownHandle(this.id);
        return await work(this.#file);
      });
    } catch (error) {
      throw fileError(error, this.#path);
    }
  }
}

/** The refusal of an id that means no open file. */
export function unknownHandle(id: string): RpcError {
  return new RpcError("notFound", `unknown file handle \`${id}\``);
}

/** Whether a range goes beyond what any system call can say. */
export function isBeyondOffsets({ offset, len }: BlockRange): boolean {
  return BigInt(offset) + BigInt(len) > END_OF_OFFSETS - 1n;
}

async function readInto(
  block: Uint8Array<ArrayBuffer>,
  file: HandledFile,
  offset: number,
): Promise<ReadBlockResult> {
  try {
    // Beyond eight petabytes there is nothing, and no number that says exactly where.
    const count = Number.isSafeInteger(offset) ? await file.read(block, offset) : 0;
    return { chunk: block.subarray(0, count), eof: count < block.byteLength };
  } catch (error) {
    takeBack(block);
    throw error;
  }
}
