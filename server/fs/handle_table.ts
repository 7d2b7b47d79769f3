/** Open files of one connection. @module */

import { RpcError } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { NativePath } from "./file_system.ts";
import { type HandleBudget, handleBudget } from "./handle_budget.ts";
import { FileHandle, type FileHandleOptions, unknownHandle } from "./file_handle.ts";

const encoder = new TextEncoder();

/** How to open a file. */
export interface FileOpening extends Pick<FileHandleOptions, "access" | "open"> {
  /** Where it is. @throws {RpcError} when no file can be there */
  readonly place: () => NativePath;
}

/** Owns the files that a client has open; closes them when told to, or with the connection. */
export class HandleTable {
  readonly #open = new Map<string, FileHandle>();
  /** No longer in the table, and not closed yet: they count, for their descriptors do. */
  readonly #closing = new Set<Promise<void>>();
  readonly #budget: HandleBudget;
  #isDisposed = false;

  /** @param budget shared by all tables of a server */
  constructor(budget: HandleBudget = handleBudget()) {
    this.#budget = budget;
  }

  /**
   * Begins to open a file. Its id is taken at once, so that calls which are already on their way
   * find it, and wait for it.
   * @returns settles when the file is open
   * @throws {RpcError} `fileRefused` when the id is too long or taken, or too many files are open;
   * `fileFailed` when nobody is left to close it
   */
  open(id: string, { place, access, open }: FileOpening): Promise<void> {
    if (this.#isDisposed) throw new RpcError("fileFailed", "The connection has ended");
    this.requireId(id);
    if (this.#open.has(id)) {
      throw new RpcError("fileRefused", `file handle \`${id}\` already exists`);
    }
    if (this.#open.size >= limits.openFiles) {
      throw new RpcError(
        "fileRefused",
        `at most ${limits.openFiles} file handles may be open per connection`,
      );
    }
    const path = place();
    this.#budget.requireRoom();
    const room = () => this.#room();
    const handle = new FileHandle(id, { path, access, open, room });
    this.#budget.add(handle);
    this.#open.set(id, handle);
    return handle.opened.catch((error) => {
      void this.drop(handle);
      throw error;
    });
  }

  /** @throws {RpcError} `notFound` when no such file is open, `fileRefused` when the id is too long */
  get(id: string): FileHandle {
    this.requireId(id);
    const handle = this.#open.get(id);
    if (handle === undefined) throw unknownHandle(id);
    return handle;
  }

  /**
   * Closes a file after what is in work on it. Its id is free at once.
   * @returns settles when it is closed; at once when no such file is open
   * @throws {RpcError} `fileRefused` when the id is too long
   */
  close(id: string): Promise<void> {
    this.requireId(id);
    const handle = this.#open.get(id);
    return handle === undefined ? Promise.resolve() : this.drop(handle);
  }

  /** Closes a file, if it has not been replaced by another one. Settles when it is closed. */
  drop(handle: FileHandle): Promise<void> {
    if (this.#open.get(handle.id) === handle) this.#open.delete(handle.id);
    const closed = handle.close();
    this.#closing.add(closed);
    return closed.finally(() => {
      this.#closing.delete(closed);
      this.#budget.delete(handle);
    });
  }

  /** Lets go of all, and opens no more. */
  dispose(): void {
    this.#isDisposed = true;
    for (const handle of this.#open.values()) {
      // Nobody is left to be told that closing failed; the descriptor is free all the same.
      this.drop(handle).catch(() => {});
    }
  }

  /** Settles when everything that was to be closed is. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#closing);
  }

  /** @throws {RpcError} `fileRefused` when an id is too long to be one */
  requireId(id: string): void {
    // Each UTF-16 unit becomes at least one byte.
    const { handleIdBytes } = limits;
    if (id.length <= handleIdBytes && encoder.encode(id).length <= handleIdBytes) return;
    throw new RpcError("fileRefused", `file handle ID must not exceed ${handleIdBytes} bytes`);
  }

  /** Settles when there is room for one more descriptor; undefined when there is. */
  #room(): Promise<void> | undefined {
    if (this.#open.size + this.#closing.size <= limits.openFiles) return undefined;
    return Promise.race([...this.#closing].map((closed) => closed.catch(() => {})))
      .then(() => this.#room());
  }
}
