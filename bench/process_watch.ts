/** Follows one process through the notifications about it. @module */

/** What has been heard of one process. */
export class ProcessWatch {
  /** Bytes of output received. */
  outputBytes = 0;
  /** Output notifications received. */
  outputEvents = 0;
  /** Highest number received. */
  lastSeq = 0;
  readonly #closed = Promise.withResolvers<void>();
  #output = Promise.withResolvers<void>();

  constructor() {
    // A figure may end without waiting for this process; the loss of the connection is no news then.
    this.#closed.promise.catch(() => {});
    this.#output.promise.catch(() => {});
  }

  /** Resolves when the process was reported closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Resolves at the first output received after this call. */
  nextOutput(): Promise<void> {
    return this.#output.promise;
  }

  /** Notes one notification. */
  hear(method: string, seq: number, outputBytes: number): void {
    this.lastSeq = Math.max(this.lastSeq, seq);
    if (method === "process/closed") this.#closed.resolve();
    if (method !== "process/output") return;
    this.outputBytes += outputBytes;
    this.outputEvents++;
    const heard = this.#output;
    this.#output = Promise.withResolvers();
    this.#output.promise.catch(() => {});
    heard.resolve();
  }

  /** Fails whoever waits: no more notifications can come. */
  fail(error: Error): void {
    this.#closed.reject(error);
    this.#output.reject(error);
  }
}
