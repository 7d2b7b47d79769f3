/** What a poller needs of the system: a kernel's list of descriptors to wait for. @module */

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

/** A descriptor that is waited for. */
export interface Watched {
  /** Its number. */
  readonly descriptor: number;
  /** What the number alone does not tell: which of its owners is meant; below 2^32. */
  readonly serial: number;
}

/** A kernel's list. It tells of what is ready as long as it is, not only of changes. */
export interface ReadinessQueue {
  /** Waits for a descriptor, too. @throws {Error} when the system refuses */
  add(watched: Watched, interest: Interest): void;
  /** Forgets a descriptor that was added. @throws {Error} when the system refuses */
  remove(descriptor: number, interest: Interest): void;
  /** Waits, on a thread of its own. @returns how many are ready; negative when interrupted */
  wait(): Promise<number>;
  /** Calls `sink` for each of those that the last wait found. */
  tell(count: number, sink: (watched: Watched, ready: Readiness) => void): void;
  /** Makes the wait end, or the next one when none is under way. */
  interrupt(): void;
}
