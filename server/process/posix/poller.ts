/**
 * Waits for many descriptors with one thread: `epoll` behind one non-blocking FFI call.
 *
 * Deno runs non-blocking calls on a pool of 32 threads that file operations share; a blocked call
 * per child would starve them. The wait exists only while something is watched.
 * @module
 */

import { descriptorFlags, loadLibc } from "./libc.ts";

/** What a watcher is told; several may hold at once. */
export interface Readiness {
  /** A read would not block (data, or the end). */
  readonly readable: boolean;
  /** A write would not block. */
  readonly writable: boolean;
  /** The other side is gone. */
  readonly hungUp: boolean;
}

/** What to wait for. */
export type Interest = "read" | "write";

const EPOLLIN = 0x001;
const EPOLLOUT = 0x004;
const EPOLLERR = 0x008;
const EPOLLHUP = 0x010;
const EPOLL_CLOEXEC = descriptorFlags.O_CLOEXEC;
const ADD = 1;
const REMOVE = 2;
const EVENTS_PER_WAIT = 64;
// struct epoll_event is packed on x86-64 only.
const EVENT_BYTES = Deno.build.arch === "x86_64" ? 12 : 16;
const DATA_OFFSET = EVENT_BYTES - 8;

interface Watch {
  /** Tells this watch from earlier ones of the same descriptor number. */
  readonly serial: number;
  readonly watcher: (ready: Readiness) => void;
}

/** One set of watched descriptors, and the one wait for them. */
export class Poller {
  readonly #watches = new Map<number, Watch>();
  #lastSerial = 0;
  readonly #events = new DataView(new ArrayBuffer(EVENT_BYTES * EVENTS_PER_WAIT));
  readonly #event = new DataView(new ArrayBuffer(EVENT_BYTES));
  readonly #epoll: number;
  readonly #wake: number;
  readonly #onError: (error: unknown) => void;
  #isWaiting = false;

  /** @param onError told what a watcher threw */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
    const { libc } = loadLibc();
    this.#epoll = libc.epoll_create1(EPOLL_CLOEXEC);
    this.#wake = libc.eventfd(0, descriptorFlags.O_CLOEXEC | descriptorFlags.O_NONBLOCK);
    if (this.#epoll < 0 || this.#wake < 0) throw new Error("Cannot create an epoll descriptor");
    this.#control(ADD, this.#wake, { flags: EPOLLIN, serial: 0 });
  }

  /** Calls `watcher` each time the descriptor is ready, until `unwatch`. */
  watch(descriptor: number, interest: Interest, watcher: (ready: Readiness) => void): void {
    const serial = this.#lastSerial = (this.#lastSerial + 1) % 2 ** 32;
    this.#watches.set(descriptor, { serial, watcher });
    this.#control(ADD, descriptor, { flags: interest === "read" ? EPOLLIN : EPOLLOUT, serial });
    if (!this.#isWaiting) void this.#wait();
  }

  /** Forgets a descriptor; must come before it is closed. Harmless when it is not watched. */
  unwatch(descriptor: number): void {
    if (!this.#watches.delete(descriptor)) return;
    this.#control(REMOVE, descriptor, { flags: 0, serial: 0 });
    // With nothing left to wait for, the wait itself must end: the program may want to.
    if (this.#watches.size === 0) this.#interrupt();
  }

  async #wait(): Promise<void> {
    this.#isWaiting = true;
    const { libc } = loadLibc();
    try {
      while (this.#watches.size > 0) {
        const count = await libc.epoll_wait(this.#epoll, this.#events.buffer, EVENTS_PER_WAIT, -1);
        // A negative count is an interrupted call, which is simply made again.
        this.#tell(Math.max(0, count));
      }
    } finally {
      this.#isWaiting = false;
    }
  }

  #tell(count: number): void {
    for (let i = 0; i < count; i++) {
      const at = i * EVENT_BYTES;
      const flags = this.#events.getUint32(at, true);
      const descriptor = this.#events.getInt32(at + DATA_OFFSET, true);
      if (descriptor === this.#wake) this.#acknowledge();
      const serial = this.#events.getUint32(at + DATA_OFFSET + 4, true);
      const watch = this.#watches.get(descriptor);
      // An earlier watcher of this round may have closed this descriptor, and opened another.
      if (watch?.serial !== serial) continue;
      this.#call(watch.watcher, flags);
    }
  }

  /** One watcher's trouble, such as running out of descriptors, must not end all the others. */
  #call(watcher: (ready: Readiness) => void, flags: number): void {
    try {
      watcher({
        readable: (flags & EPOLLIN) !== 0,
        writable: (flags & EPOLLOUT) !== 0,
        hungUp: (flags & (EPOLLHUP | EPOLLERR)) !== 0,
      });
    } catch (error) {
      this.#onError(error);
    }
  }

  #control(
    operation: number,
    descriptor: number,
    { flags, serial }: { flags: number; serial: number },
  ): void {
    this.#event.setUint32(0, flags, true);
    this.#event.setInt32(DATA_OFFSET, descriptor, true);
    this.#event.setUint32(DATA_OFFSET + 4, serial, true);
    const { libc, errno, describe } = loadLibc();
    if (libc.epoll_ctl(this.#epoll, operation, descriptor, this.#event.buffer) !== 0) {
      throw new Error(`Cannot watch descriptor ${descriptor}: ${describe(errno())}`);
    }
  }

  #interrupt(): void {
    loadLibc().libc.write(this.#wake, new BigUint64Array([1n]), 8);
  }

  #acknowledge(): void {
    loadLibc().libc.read(this.#wake, new BigUint64Array(1), 8);
  }
}
