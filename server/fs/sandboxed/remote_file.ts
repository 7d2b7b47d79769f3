/** A file that a helper has open in a sandbox. @module */

import type { OpenFile } from "../file_system.ts";
import { FileFault } from "../file_fault.ts";
import type { FileHelper } from "./file_helper.ts";
import { HANDLE_CHANNEL } from "./helper_messages.ts";

/** How to open it. */
export interface RemoteOpening {
  /** Decoded parameters of `fs/open`; its id stays here. */
  readonly params: Readonly<Record<string, unknown>>;
  /** See `Call`. */
  readonly wantsExtensions: boolean;
  /** Lets go of the helper; called once when the file is closed, or could not be opened. */
  readonly release: () => void;
}

/** Keeps its helper running until it is closed. */
export class RemoteFile implements Pick<OpenFile, "read" | "write" | "close"> {
  readonly #helper: FileHelper;
  // Clients choose their ids by themselves, so those of two may be alike.
  readonly #handleId = crypto.randomUUID().replaceAll("-", "");
  readonly #release: () => void;
  #isClosed = false;

  /** `RemoteFile.open` is the way to make one. */
  constructor(helper: FileHelper, release: () => void) {
    this.#helper = helper;
    this.#release = release;
  }

  /** Opens a file. @throws {RpcError} whatever refuses it in the sandbox */
  static async open(
    helper: FileHelper,
    { params, wantsExtensions, release }: RemoteOpening,
  ): Promise<RemoteFile> {
    const file = new RemoteFile(helper, release);
    try {
      await file.#call("fs/open", params, { wantsExtensions });
      return file;
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  }

  async read(into: Uint8Array<ArrayBuffer>, offset: number): Promise<number> {
    const { body } = await this.#call("fs/readBlock", { offset, len: into.byteLength }, { into });
    return body.byteLength;
  }

  async write(bytes: Uint8Array<ArrayBuffer>, offset: number): Promise<void> {
    await this.#call("fs/writeBlock", { offset, chunk: bytes });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      // With the helper its files have ended.
      if (this.#helper.end === undefined) await this.#call("fs/close", {});
    } finally {
      this.#release();
    }
  }

  #call(
    method: string,
    params: Readonly<Record<string, unknown>>,
    { into, wantsExtensions = false }: {
      into?: Uint8Array<ArrayBuffer>;
      wantsExtensions?: boolean;
    } = {},
  ) {
    if (this.#isClosed && method !== "fs/close") throw FileFault.of("EBADF");
    return this.#helper.call({
      method,
      params: { ...params, handleId: this.#handleId },
      channel: HANDLE_CHANNEL,
      wantsExtensions,
      into,
    });
  }
}
