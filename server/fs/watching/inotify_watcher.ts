/**
 * Changes by inotify, for all connections through one descriptor: a user may have few of them.
 *
 * Watches of the same directory are one for the kernel, whatever path they were made by, so they are
 * counted here. The descriptor exists only while something is watched.
 * @module
 */

import { Places } from "../../places.ts";
import { Poller } from "../../process/posix/poller.ts";
import type { NativePath } from "../file_system.ts";
import {
  addWatch,
  closeInotify,
  inotifyFlags as flags,
  openInotify,
  readInotify,
  removeWatches,
} from "../posix/inotify_calls.ts";
import { deafnessOf } from "./deafness.ts";
import { eventOf, type InotifyRecord, inotifyRecords } from "./inotify_records.ts";
import type { Registration, Watcher, WatchListener, WatchOptions, WatchScope } from "./watcher.ts";

const ENTRIES = flags.IN_CREATE | flags.IN_DELETE | flags.IN_MOVED_FROM | flags.IN_MOVED_TO;
const ITSELF = flags.IN_DELETE_SELF | flags.IN_MOVE_SELF | flags.IN_ATTRIB;
const DIRECTORY = flags.IN_ONLYDIR | flags.IN_EXCL_UNLINK;
// What others asked for on the same directory is added to.
const ALWAYS = ITSELF | flags.IN_DONT_FOLLOW | flags.IN_MASK_ADD;

const flagsOf: Readonly<Record<WatchScope, number>> = {
  names: ALWAYS | DIRECTORY | ENTRIES,
  directory: ALWAYS | DIRECTORY | ENTRIES | flags.IN_MODIFY,
  tree: ALWAYS | DIRECTORY | ENTRIES | flags.IN_MODIFY,
  file: ALWAYS | flags.IN_MODIFY,
};

// About a thousand records, which are told in a few milliseconds.
const READ_BYTES = 32 * 1024;
// The kernel's queue, 16 384 records unless it was made longer, is read in fewer.
const READS_TO_CATCH_UP = 64;
const CONCURRENT_ADDS = 8;
// Each takes a few microseconds.
const REMOVED_AT_ONCE = 500;

/** All watches of a program. */
export class InotifyWatcher implements Watcher {
  readonly coversTrees = false;
  readonly #listeners = new Map<number, Set<WatchListener>>();
  /** Watches that nobody listens to any more, still to be taken back. */
  readonly #leaving = new Set<number>();
  /** Watches that ended while others were being made, which may have been given their numbers. */
  readonly #ended = new Set<number>();
  readonly #places = new Places(CONCURRENT_ADDS);
  readonly #buffer = new Uint8Array(READ_BYTES);
  /** How many calls use the descriptor on other threads. */
  #calls = 0;
  #isRemoving = false;
  #isTelling = false;
  #descriptor: number | undefined;
  #poller: Poller | undefined;

  async watch(path: NativePath, { scope, listener }: WatchOptions): Promise<Registration> {
    const descriptor = this.#open();
    const add = () => this.#places.run(() => addWatch(descriptor, path, flagsOf[scope]));
    return await this.#calling(async () => {
      for (;;) {
        const number = await add();
        // What happened before belongs to the listeners of before.
        if (this.#listeners.has(number) || this.#leaving.has(number)) this.catchUp();
        if (!this.#ended.has(number)) return this.#register(number, listener);
      }
    });
  }

  catchUp(): void {
    for (let reads = 0; reads < READS_TO_CATCH_UP && this.#read(); reads++);
  }

  deafness(path: NativePath): Promise<string | undefined> {
    return deafnessOf(path);
  }

  /** Does something during which the descriptor must stay open. */
  async #calling<T>(work: () => Promise<T>): Promise<T> {
    this.#calls++;
    try {
      return await work();
    } finally {
      this.#calls--;
      if (this.#calls === 0) this.#ended.clear();
      this.#closeWhenIdle();
    }
  }

  #register(number: number, listener: WatchListener): Registration {
    // One for each registration: a listener may be told by several.
    const own = { ...listener };
    const listeners = this.#listeners.get(number) ?? new Set();
    this.#listeners.set(number, listeners.add(own));
    this.#leaving.delete(number);
    return { close: () => this.#unregister(number, own) };
  }

  #unregister(number: number, listener: WatchListener): void {
    const listeners = this.#listeners.get(number);
    if (listeners === undefined || !listeners.delete(listener) || listeners.size > 0) return;
    this.#listeners.delete(number);
    this.#leaving.add(number);
    this.#closeWhenIdle();
    if (!this.#isRemoving) void this.#removeLeaving();
  }

  /** A moment later: when everything ends at once, closing the descriptor does it all. */
  async #removeLeaving(): Promise<void> {
    this.#isRemoving = true;
    await undefined;
    while (this.#leaving.size > 0 && this.#descriptor !== undefined) {
      const descriptor = this.#descriptor;
      const numbers = [...this.#leaving.values().take(REMOVED_AT_ONCE)];
      await this.#calling(() => {
        for (const number of numbers) this.#forget(number);
        return removeWatches(descriptor, numbers);
      });
    }
    this.#isRemoving = false;
  }

  #forget(number: number): void {
    this.#listeners.delete(number);
    this.#leaving.delete(number);
    if (this.#calls > 0) this.#ended.add(number);
  }

  #open(): number {
    if (this.#descriptor !== undefined) return this.#descriptor;
    // Should telling ever fail, listeners must not take silence for peace.
    this.#poller ??= new Poller(() => this.#overflow());
    const descriptor = this.#descriptor = openInotify();
    this.#poller.watch(descriptor, "read", () => this.#read());
    return descriptor;
  }

  #closeWhenIdle(): void {
    if (this.#descriptor === undefined || this.#calls > 0 || this.#listeners.size > 0) return;
    this.#leaving.clear();
    this.#poller?.unwatch(this.#descriptor);
    void closeInotify(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Tells one buffer full of records. @returns whether there was anything */
  #read(): boolean {
    // A listener that catches up while it is told would be told of later things first.
    if (this.#descriptor === undefined || this.#isTelling) return false;
    this.#isTelling = true;
    try {
      const length = readInotify(this.#descriptor, this.#buffer);
      for (const record of inotifyRecords(this.#buffer.subarray(0, length))) this.#tell(record);
      return length > 0;
    } finally {
      this.#isTelling = false;
    }
  }

  #tell(record: InotifyRecord): void {
    if ((record.mask & flags.IN_Q_OVERFLOW) !== 0) return this.#overflow();
    const event = eventOf(record);
    const listeners = this.#listeners.get(record.watch);
    if (event !== undefined && listeners !== undefined) {
      for (const listener of [...listeners]) if (listeners.has(listener)) listener.event(event);
    }
    if ((record.mask & flags.IN_IGNORED) === 0) return;
    this.#forget(record.watch);
    this.#closeWhenIdle();
  }

  #overflow(): void {
    for (const listeners of [...this.#listeners.values()]) {
      for (const listener of [...listeners]) if (listeners.has(listener)) listener.overflow();
    }
  }
}
