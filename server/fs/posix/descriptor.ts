/** An open descriptor, closed once, and not while a call is at work on it. @module */

import { CallsInWork } from "../calls_in_work.ts";

/** Its number would soon mean another file: a call that still runs must not meet that one. */
export class Descriptor {
  readonly #number: number;
  readonly #calls = new CallsInWork();

  /** Takes over an open descriptor. */
  constructor(number: number) {
    this.#number = number;
  }

  /** The number, for a call that is over before anything else happens. @throws {FileFault} EBADF */
  get now(): number {
    this.#calls.requireOpen();
    return this.#number;
  }

  /** Keeps it open for a call that takes time. @throws {FileFault} EBADF when it is closed */
  use<T>(call: (descriptor: number) => Promise<T>): Promise<T> {
    return this.#calls.run(() => call(this.#number));
  }

  /** Closes it by `close` after the calls in work; does so once, whoever asks how often. */
  async end(close: (descriptor: number) => void | Promise<void>): Promise<void> {
    const isFirst = !this.#calls.isEnding;
    await this.#calls.end();
    if (isFirst) await close(this.#number);
  }
}
