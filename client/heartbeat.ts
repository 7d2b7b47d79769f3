/** Notices that a connection has died although nobody said so. @module */

import type { Clock, Timer } from "../protocol/clock.ts";
import type { Connection } from "./connection.ts";

/** When a connection is taken for dead. */
export interface HeartbeatTimes {
  /** How long silence may last, in milliseconds, before the server is asked for a sign of life. */
  readonly intervalMs: number;
  /** How long the sign may take; a single byte counts, of whatever message. */
  readonly timeoutMs: number;
}

/** How to watch a connection. */
export interface HeartbeatOptions extends HeartbeatTimes {
  /** Where time comes from. */
  readonly clock: Clock;
}

/**
 * Asks a silent server for a sign of life, and ends the connection when none comes: so half of a
 * connection that lives on is noticed after `intervalMs + timeoutMs` at most.
 */
export class Heartbeat implements Disposable {
  readonly #connection: Connection;
  readonly #options: HeartbeatOptions;
  #heard = 0;
  #timer: Timer | undefined;
  #isAsking = false;

  /** Begins; stops by itself when the connection ends. */
  constructor(connection: Connection, options: HeartbeatOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#rest();
    void connection.ended.then(() => this[Symbol.dispose]());
  }

  /** Stops. */
  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  #rest(): void {
    const { clock, intervalMs } = this.#options;
    this.#heard = this.#connection.received;
    this.#timer = clock.after(intervalMs, () => this.#look());
  }

  #look(): void {
    if (this.#connection.isEnded) return;
    if (this.#connection.received > this.#heard) return this.#rest();
    this.#ask();
    const { clock, timeoutMs } = this.#options;
    this.#timer = clock.after(timeoutMs, () => this.#judge());
  }

  /** Its answer is not looked at: any byte is a sign of life, and a failure to write one of death. */
  #ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#connection.call("environment/status", {}, { isCleanUp: true }).catch(() => {})
      .finally(() => this.#isAsking = false);
  }

  #judge(): void {
    if (this.#connection.isEnded) return;
    if (this.#hasSign()) return this.#rest();
    const seconds = (this.#options.intervalMs + this.#options.timeoutMs) / 1000;
    this.#connection.abandon(`nothing has come from the server for ${seconds} s`);
  }

  /** What this side does not read tells nothing about the other. */
  #hasSign(): boolean {
    return this.#connection.isHolding || this.#connection.received > this.#heard;
  }
}
