/** How far a client has got with the output of a process, and whether that is far enough. @module */

import { limits } from "../../protocol/limits.ts";
import type { OutputLog } from "./output_log.ts";

/** Compares what has arrived with what is kept, so that nothing is forgotten before it arrived. */
export class Acknowledgement {
  readonly #log: OutputLog;
  #seq = 0;

  /** @param log the process's output */
  constructor(log: OutputLog) {
    this.#log = log;
  }

  /** Whether more output would soon push out some that has not arrived. */
  get isBehind(): boolean {
    const { bytes, chunks } = this.#log.amountAfter(this.#seq);
    return bytes > limits.unackedBytes || chunks > limits.unackedChunks;
  }

  /** Notes that everything up to a number has arrived. */
  take(seq: number): void {
    this.#seq = Math.max(this.#seq, Math.min(seq, this.#log.nextSeq - 1));
  }
}
