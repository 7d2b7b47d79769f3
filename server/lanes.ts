/** How many requests of one connection are served at once, and how many may wait. @module */

import { limits } from "../protocol/limits.ts";
import { Places } from "./places.ts";

/** Which queue a request waits in; control requests never wait behind ordinary ones. */
export type Lane = "ordinary" | "control";

/** Counts the requests of one connection that are not answered yet, and their bytes. */
export class Lanes {
  readonly #lanes: Readonly<Record<Lane, Places>>;
  #bytes = 0;
  #room: (() => void) | undefined;

  /** @param places per lane; with 1 there is a single lane for all, as in the reference */
  constructor(places: number) {
    const ordinary = new Places(places);
    // One place means strictly one after the other, so control requests queue with the rest.
    this.#lanes = { ordinary, control: places === 1 ? ordinary : new Places(places) };
  }

  /**
   * Settles when the request may begin; undefined when it may at once.
   * @param bytes what the request holds in memory until it is answered
   */
  enter(lane: Lane, bytes: number): Promise<void> | undefined {
    this.#bytes += bytes;
    return this.#lanes[lane].enter();
  }

  /** Gives the place to the next in line. */
  leave(lane: Lane, bytes: number): void {
    this.#bytes -= bytes;
    this.#lanes[lane].leave();
    if (this.#isFull()) return;
    this.#room?.();
    this.#room = undefined;
  }

  /** Settles when so little waits that more may be read; undefined when that is so now. */
  room(): Promise<void> | undefined {
    if (!this.#isFull()) return undefined;
    return new Promise((resolve) => this.#room = resolve);
  }

  #isFull(): boolean {
    const { ordinary, control } = this.#lanes;
    return this.#bytes > limits.pendingRequestBytes ||
      Math.max(ordinary.waiting, control.waiting) >= limits.waitingRequests;
  }
}
