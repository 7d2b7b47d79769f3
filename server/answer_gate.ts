/** Lets large answers be made one after the other, so that many at once never fill memory. @module */

import type { Clock } from "../protocol/clock.ts";
import { limits } from "../protocol/limits.ts";
import type { Transport } from "../protocol/transport/transport.ts";

/** One connection's gate. */
export class AnswerGate {
  readonly #transport: Transport;
  readonly #clock: Clock;
  #last: Promise<void> = Promise.resolve();

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /**
   * Settles when an answer of about so many bytes may be made. Small ones need not wait.
   * It must then be made without further waiting.
   */
  enter(bytes: number): Promise<void> | undefined {
    if (bytes < limits.maxChunkBytes) return undefined;
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    return before.then(async () => {
      if (this.#transport.queuedBytes >= limits.sendHighWaterBytes) await this.#transport.drained();
      // By the next turn of the event loop this answer is queued, and counted.
      this.#clock.after(0, resolve);
    });
  }
}
