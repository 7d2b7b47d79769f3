/** Writes to the standard input of one process, in order and a bounded way ahead. @module */

import type { WriteParams, WriteResult } from "../protocol/methods/process.ts";
import { ExecServerError, protocolError } from "./errors.ts";

/** Calls `process/write`. */
export type WriteCall = (params: WriteParams) => Promise<WriteResult>;

// A frame holds 16 MiB at most, and base64 adds a third.
const PIECE_BYTES = 1024 * 1024;
// So much may be on its way at once; a slow process is felt here, and not in memory.
const IN_FLIGHT_BYTES = 1024 * 1024;

interface Piece {
  readonly chunk: Uint8Array<ArrayBuffer>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Owns the `writeId`s of one process: "1", "2", … so that a write can be asked for again safely. */
export class StdinWriter {
  readonly #processId: string;
  readonly #call: WriteCall;
  readonly #waiting: Piece[] = [];
  #onSent: (() => void)[] = [];
  #inFlightBytes = 0;
  #lastWriteId = 0;
  /** Why a piece was not taken; nothing is sent after it. */
  #failure: { readonly error: unknown } | undefined;

  /** @param processId the process; @param call calls `process/write` */
  constructor(processId: string, call: WriteCall) {
    this.#processId = processId;
    this.#call = call;
  }

  /**
   * Writes bytes after everything written before; settles when the server has taken them all.
   * @throws {ExecServerError} `stdinClosed` or `unknownProcess`, or what the call failed with
   * @throws {TypeError} for anything but bytes
   */
  async write(bytes: Uint8Array): Promise<void> {
    // Else plain JavaScript would send as many zeros as a text says. Also bytes of another realm.
    if (Object.prototype.toString.call(bytes) !== "[object Uint8Array]") {
      throw new TypeError(`${this.#place}: wanted bytes, as a Uint8Array`);
    }
    const pieces: Promise<void>[] = [];
    // A copy, since the caller may reuse its buffer before the last piece leaves.
    const owned = new Uint8Array(bytes);
    for (let at = 0; at === 0 || at < owned.byteLength; at += PIECE_BYTES) {
      pieces.push(this.#enqueue(owned.subarray(at, at + PIECE_BYTES)));
    }
    await Promise.all(pieces);
  }

  /** Settles when everything written before has been sent, taken or not. */
  sent(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onSent.push(resolve));
  }

  get #place(): string {
    return `Cannot write to process "${this.#processId}"`;
  }

  #enqueue(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ chunk, resolve, reject });
    this.#sendWaiting();
    return promise;
  }

  #sendWaiting(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) break;
      const after = this.#inFlightBytes + next.chunk.byteLength;
      if (this.#inFlightBytes > 0 && after > IN_FLIGHT_BYTES) return;
      this.#waiting.shift();
      // After a lost piece the next ones would stand in the wrong place.
      if (this.#failure !== undefined) next.reject(this.#failure.error);
      else void this.#send(next);
    }
    for (const resolve of this.#onSent.splice(0)) resolve();
  }

  async #send({ chunk, resolve, reject }: Piece): Promise<void> {
    this.#inFlightBytes += chunk.byteLength;
    const writeId = String(++this.#lastWriteId);
    try {
      const { status } = await this.#call({ processId: this.#processId, chunk, writeId });
      this.#requireAccepted(status);
      resolve();
    } catch (error) {
      this.#failure ??= { error };
      reject(error);
    }
    this.#inFlightBytes -= chunk.byteLength;
    this.#sendWaiting();
  }

  #requireAccepted(status: WriteResult["status"]): void {
    const place = this.#place;
    switch (status) {
      case "accepted":
        return;
      case "stdinClosed":
        throw new ExecServerError("stdinClosed", `${place}: its standard input is closed`);
      case "unknownProcess":
        throw new ExecServerError("unknownProcess", `${place}: the server does not know it`);
      case "starting":
        throw protocolError(`process "${this.#processId}" is starting after it was started`);
    }
  }
}
