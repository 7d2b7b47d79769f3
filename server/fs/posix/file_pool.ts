/** Calls that may take long, on the threads of the runtime's pool. @module */

import type { Clock } from "../../../protocol/clock.ts";
import { Places } from "../../places.ts";
import { FileFault } from "../file_fault.ts";
import type { FileLibrary } from "./file_calls.ts";
import type { Lane } from "./mount_table.ts";

/** A call that failed after this many milliseconds might take as long once more. */
const SLOW_MS = 500;
/** A call that takes longer hangs: it gives its place to others. */
const HANGING_MS = 1_000;
/** So many may do so. With those in places they must leave threads to processes, of 32 there are. */
const MOST_HANGING = 8;

/** A call, in both forms. Its buffers must belong to it alone. */
export interface PoolCall {
  /** Makes it in the pool; gives -1 when it fails. */
  readonly pooled: () => Promise<number>;
  /** Makes it here, or less of it. Left out when a second one could do harm or forget the error. */
  readonly again?: () => number;
}

/** What a pool needs. */
export interface FilePoolOptions {
  /** Tells why a call failed. */
  readonly library: Pick<FileLibrary, "fault">;
  /** How many calls of each lane may be at work. */
  readonly places: number;
  /** Tells slow calls. */
  readonly clock: Clock;
}

interface Outcome {
  readonly result: number;
  readonly isSlow: boolean;
}

/** Lets so many calls of each lane into the pool at once. */
export class FilePool {
  readonly #library: Pick<FileLibrary, "fault">;
  readonly #lanes: Readonly<Record<Lane, Places>>;
  readonly #clock: Clock;
  #hanging = 0;

  /** A pool without calls. */
  constructor({ library, places, clock }: FilePoolOptions) {
    this.#library = library;
    this.#lanes = { local: new Places(places), slow: new Places(places) };
    this.#clock = clock;
  }

  /**
   * The call's result, which is not negative.
   *
   * Why a call failed stays with its thread. It is made once more here to learn that: what has just
   * failed fails again as fast, and should it succeed now, so much the better.
   * @throws {FileFault}
   */
  async call(lane: Lane, { pooled, again }: PoolCall): Promise<number> {
    let outcome = await this.#inPlace(lane, pooled);
    if (outcome.result >= 0) return outcome.result;
    if (again === undefined) throw FileFault.of("EIO");
    // A busy machine or a file system that hangs: what hangs does so twice.
    if (outcome.isSlow) outcome = await this.#inPlace(lane, pooled);
    if (outcome.result >= 0) return outcome.result;
    if (outcome.isSlow) {
      throw FileFault.of("EIO", "The file system failed too slowly to be asked for the reason");
    }
    const second = again();
    if (second < 0) throw this.#library.fault();
    return second;
  }

  async #inPlace(lane: Lane, pooled: () => Promise<number>): Promise<Outcome> {
    const places = this.#lanes[lane];
    await places.enter();
    const begun = this.#clock.now();
    let leave = () => places.leave();
    const timer = this.#clock.after(HANGING_MS, () => {
      if (this.#hanging === MOST_HANGING) return;
      this.#hanging++;
      places.leave();
      leave = () => void this.#hanging--;
    });
    try {
      return { result: await pooled(), isSlow: this.#clock.now() - begun > SLOW_MS };
    } finally {
      timer.cancel();
      leave();
    }
  }
}
