/** How many requests of one connection are served at once. @module */

import { limits } from "../protocol/limits.ts";

/** Which queue a request waits in; control requests never wait behind ordinary ones. */
export type Lane = "ordinary" | "control";

/** One queue in front of a number of places. */
interface Queue {
  free: number;
  readonly waiting: (() => void)[];
}

/** A place in a lane is given in order of arrival. */
export class Lanes {
  readonly #lanes: Readonly<Record<Lane, Queue>>;
  #room: (() => void) | undefined;

  /** @param places per lane; with 1 there is a single lane for all, as in the reference */
  constructor(places: number) {
    const ordinary: Queue = { free: places, waiting: [] };
    // One place means strictly one after the other, so control requests queue with the rest.
    this.#lanes = { ordinary, control: places === 1 ? ordinary : { free: places, waiting: [] } };
  }

  /** Settles when the request may begin; undefined when it may at once. */
  enter(lane: Lane): Promise<void> | undefined {
    const queue = this.#lanes[lane];
    if (queue.free > 0) {
      queue.free--;
      return undefined;
    }
    return new Promise((resolve) => queue.waiting.push(resolve));
  }

  /** Gives the place to the next in line. */
  leave(lane: Lane): void {
    const queue = this.#lanes[lane];
    const next = queue.waiting.shift();
    if (next === undefined) queue.free++;
    else next();
    if (this.#isFull()) return;
    this.#room?.();
    this.#room = undefined;
  }

  /** Settles when so few requests wait that more may be read; undefined when that is so now. */
  room(): Promise<void> | undefined {
    if (!this.#isFull()) return undefined;
    return new Promise((resolve) => this.#room = resolve);
  }

  #isFull(): boolean {
    const { ordinary, control } = this.#lanes;
    return Math.max(ordinary.waiting.length, control.waiting.length) >= limits.waitingRequests;
  }
}
