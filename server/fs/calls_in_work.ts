/** Counts the calls at work on something, so that it is let go of after the last one. @module */

import { FileFault } from "./file_fault.ts";

/** The calls on one open thing. */
export class CallsInWork {
  #count = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  /** Whether no new call may begin. */
  get isEnding(): boolean {
    return this.#idle !== undefined;
  }

  /** Does one call. @throws {FileFault} EBADF after `end` */
  async run<T>(call: () => Promise<T>): Promise<T> {
    this.requireOpen();
    this.#count++;
    try {
      return await call();
    } finally {
      this.#count--;
      if (this.#count === 0) this.#idle?.resolve();
    }
  }

  /** @throws {FileFault} EBADF after `end` */
  requireOpen(): void {
    if (this.isEnding) throw FileFault.of("EBADF", "The file is closed already");
  }

  /** Lets no call begin any more; settles when none is in work. */
  end(): Promise<void> {
    if (this.#idle === undefined) {
      this.#idle = Promise.withResolvers();
      if (this.#count === 0) this.#idle.resolve();
    }
    return this.#idle.promise;
  }
}
