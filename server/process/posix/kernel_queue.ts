/** Waits for descriptors with macOS's `kqueue`. Not run on macOS here. @module */

import {
  eventFlags,
  filters,
  KERNEL_EVENT_BYTES,
  type KernelEvent,
  notes,
  readKernelEvent,
  writeKernelEvent,
} from "./kernel_event.ts";
import { loadLibc, loadMacosLibc } from "./libc.ts";
import type { Interest, Readiness, ReadinessQueue, Watched } from "./readiness_queue.ts";

const EVENTS_PER_WAIT = 64;
const ESRCH = 3;
// Of its kind there is one per queue, so any number will do.
const WAKE = { ident: 1, filter: filters.USER, serial: 0 };

/** One `kqueue` descriptor, which lives as long as the program. */
export class KernelQueue implements ReadinessQueue {
  readonly #events = new DataView(new ArrayBuffer(KERNEL_EVENT_BYTES * EVENTS_PER_WAIT));
  readonly #queue = loadMacosLibc().kqueue();

  /** @throws {Error} when the system has no more descriptors */
  constructor() {
    // Cleared by being told, so that nobody has to acknowledge it.
    this.#change({ ...WAKE, flags: eventFlags.ADD | eventFlags.CLEAR, notes: 0 });
  }

  add({ descriptor, serial }: Watched, interest: Interest): void {
    this.#change({ ...target(descriptor, interest), flags: eventFlags.ADD, notes: 0, serial });
  }

  remove(descriptor: number, interest: Interest): void {
    const flags = eventFlags.DELETE;
    this.#change({ ...target(descriptor, interest), flags, notes: 0, serial: 0 });
  }

  wait(): Promise<number> {
    const room = this.#events.buffer;
    return loadMacosLibc().kevent_wait(this.#queue, null, 0, room, EVENTS_PER_WAIT, null);
  }

  tell(count: number, sink: (watched: Watched, ready: Readiness) => void): void {
    for (let i = 0; i < count; i++) {
      const event = readKernelEvent(this.#events, i * KERNEL_EVENT_BYTES);
      if (event.filter === filters.USER) continue;
      sink({ descriptor: event.ident, serial: event.serial }, readinessOf(event));
    }
  }

  interrupt(): void {
    this.#change({ ...WAKE, flags: 0, notes: notes.TRIGGER });
  }

  #change(event: KernelEvent): void {
    if (change(this.#queue, event)) return;
    const { errno, describe } = loadLibc();
    throw new Error(`Cannot watch descriptor ${event.ident}: ${describe(errno())}`);
  }
}

/** What an event tells a watcher. */
export function readinessOf({ filter, flags }: KernelEvent): Readiness {
  return {
    readable: filter === filters.READ,
    writable: filter === filters.WRITE,
    hungUp: (flags & eventFlags.EOF) !== 0,
  };
}

/**
 * A descriptor that can be read once a process has ended, as Linux has them: a queue of its own.
 * @returns negative when the system refuses
 */
export function openExitQueue(pid: number): number {
  const { kqueue } = loadMacosLibc();
  const queue = kqueue();
  if (queue < 0) return queue;
  const exit = { ident: pid, filter: filters.PROC, notes: notes.EXIT, serial: 0 };
  if (change(queue, { ...exit, flags: eventFlags.ADD })) return queue;
  // It has ended already, and nothing more will happen to it: ready from the beginning.
  if (
    loadLibc().errno() === ESRCH &&
    change(queue, { ...WAKE, flags: eventFlags.ADD, notes: 0 }) &&
    change(queue, { ...WAKE, flags: 0, notes: notes.TRIGGER })
  ) return queue;
  loadLibc().libc.close(queue);
  return -1;
}

function target(descriptor: number, interest: Interest): { ident: number; filter: number } {
  return { ident: descriptor, filter: interest === "read" ? filters.READ : filters.WRITE };
}

function change(queue: number, event: KernelEvent): boolean {
  const changes = new DataView(new ArrayBuffer(KERNEL_EVENT_BYTES));
  writeKernelEvent(changes, 0, event);
  return loadMacosLibc().kevent(queue, changes.buffer, 1, null, 0, null) === 0;
}
