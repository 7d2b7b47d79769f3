/** Waits for descriptors with Linux's `epoll`. @module */

import { descriptorFlags, type LinuxLibc, loadLibc, loadLinuxLibc } from "./libc.ts";
import type { Interest, Readiness, ReadinessQueue, Watched } from "./readiness_queue.ts";

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

/** One `epoll` descriptor, and one to interrupt its wait; they live as long as the program. */
export class EpollQueue implements ReadinessQueue {
  readonly #events = new DataView(new ArrayBuffer(EVENT_BYTES * EVENTS_PER_WAIT));
  readonly #event = new DataView(new ArrayBuffer(EVENT_BYTES));
  readonly #libc: LinuxLibc = loadLinuxLibc();
  readonly #epoll: number;
  readonly #wake: number;

  /** @throws {Error} when the system has no more descriptors */
  constructor() {
    this.#epoll = this.#libc.epoll_create1(EPOLL_CLOEXEC);
    this.#wake = this.#libc.eventfd(0, descriptorFlags.O_CLOEXEC | descriptorFlags.O_NONBLOCK);
    if (this.#epoll < 0 || this.#wake < 0) throw new Error("Cannot create an epoll descriptor");
    this.#control(ADD, { descriptor: this.#wake, serial: 0 }, EPOLLIN);
  }

  add(watched: Watched, interest: Interest): void {
    this.#control(ADD, watched, interest === "read" ? EPOLLIN : EPOLLOUT);
  }

  remove(descriptor: number): void {
    this.#control(REMOVE, { descriptor, serial: 0 }, 0);
  }

  wait(): Promise<number> {
    return this.#libc.epoll_wait(this.#epoll, this.#events.buffer, EVENTS_PER_WAIT, -1);
  }

  tell(count: number, sink: (watched: Watched, ready: Readiness) => void): void {
    for (let i = 0; i < count; i++) {
      const at = i * EVENT_BYTES;
      const flags = this.#events.getUint32(at, true);
      const descriptor = this.#events.getInt32(at + DATA_OFFSET, true);
      if (descriptor === this.#wake) {
        this.#libc.read(this.#wake, new BigUint64Array(1), 8);
        continue;
      }
      const serial = this.#events.getUint32(at + DATA_OFFSET + 4, true);
      sink({ descriptor, serial }, {
        readable: (flags & EPOLLIN) !== 0,
        writable: (flags & EPOLLOUT) !== 0,
        hungUp: (flags & (EPOLLHUP | EPOLLERR)) !== 0,
      });
    }
  }

  interrupt(): void {
    this.#libc.write(this.#wake, new BigUint64Array([1n]), 8);
  }

  #control(operation: number, { descriptor, serial }: Watched, flags: number): void {
    this.#event.setUint32(0, flags, true);
    this.#event.setInt32(DATA_OFFSET, descriptor, true);
    this.#event.setUint32(DATA_OFFSET + 4, serial, true);
    if (this.#libc.epoll_ctl(this.#epoll, operation, descriptor, this.#event.buffer) === 0) return;
    const { errno, describe } = loadLibc();
    throw new Error(`Cannot watch descriptor ${descriptor}: ${describe(errno())}`);
  }
}
