/**
 * Waits for many descriptors with one thread: the system's queue behind one non-blocking FFI call.
 *
 * Deno runs non-blocking calls on a pool of 32 threads that file operations share; a blocked call
 * per child would starve them. The wait exists only while something is watched.
 * @module
 */

import { EpollQueue } from "./epoll_queue.ts";
import { KernelQueue } from "./kernel_queue.ts";
import type { Interest, Readiness, ReadinessQueue, Watched } from "./readiness_queue.ts";
import { isMacos } from "./this_platform.ts";

interface Watch {
  /** Tells this watch from earlier ones of the same descriptor number. */
  readonly serial: number;
  readonly interest: Interest;
  readonly watcher: (ready: Readiness) => void;
}

/** One set of watched descriptors, and the one wait for them. */
export class Poller {
  readonly #watches = new Map<number, Watch>();
  #lastSerial = 0;
  readonly #queue: ReadinessQueue = isMacos ? new KernelQueue() : new EpollQueue();
  readonly #tell = (watched: Watched, ready: Readiness) => this.#tellWatcher(watched, ready);
  readonly #onError: (error: unknown) => void;
  #isWaiting = false;

  /** @param onError told what a watcher threw */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Calls `watcher` each time the descriptor is ready, until `unwatch`. */
  watch(descriptor: number, interest: Interest, watcher: (ready: Readiness) => void): void {
    const serial = this.#lastSerial = (this.#lastSerial + 1) % 2 ** 32;
    this.#watches.set(descriptor, { serial, interest, watcher });
    this.#queue.add({ descriptor, serial }, interest);
    if (!this.#isWaiting) void this.#wait();
  }

  /** Forgets a descriptor; must come before it is closed. Harmless when it is not watched. */
  unwatch(descriptor: number): void {
    const watch = this.#watches.get(descriptor);
    if (watch === undefined) return;
    this.#watches.delete(descriptor);
    this.#queue.remove(descriptor, watch.interest);
    // With nothing left to wait for, the wait itself must end: the program may want to.
    if (this.#watches.size === 0) this.#queue.interrupt();
  }

  async #wait(): Promise<void> {
    this.#isWaiting = true;
    try {
      while (this.#watches.size > 0) {
        const count = await this.#queue.wait();
        // A negative count is an interrupted call, which is simply made again.
        this.#queue.tell(Math.max(0, count), this.#tell);
      }
    } finally {
      this.#isWaiting = false;
    }
  }

  /** One watcher's trouble, such as running out of descriptors, must not end all the others. */
  #tellWatcher({ descriptor, serial }: Watched, ready: Readiness): void {
    const watch = this.#watches.get(descriptor);
    // An earlier watcher of this round may have closed this descriptor, and opened another.
    if (watch?.serial !== serial) return;
    try {
      watch.watcher(ready);
    } catch (error) {
      this.#onError(error);
    }
  }
}
