/** The layout of macOS's `struct kevent`, and the numbers that go into it. @module */

/** Size of one, in bytes. */
export const KERNEL_EVENT_BYTES = 32;

/** What is waited for. */
export const filters = { READ: -1, WRITE: -2, PROC: -5, USER: -10 } as const;

/** What to do with it, and, in an event, what it tells. */
export const eventFlags = { ADD: 0x0001, DELETE: 0x0002, CLEAR: 0x0020, EOF: 0x8000 } as const;

/** What to wait for, by filter. */
export const notes = { EXIT: 0x8000_0000, TRIGGER: 0x0100_0000 } as const;

/** One change to ask for, or one event that happened. */
export interface KernelEvent {
  /** The descriptor or process it is about; whatever one likes for `USER`. */
  readonly ident: number;
  /** One of `filters`. */
  readonly filter: number;
  /** Some of `eventFlags`. */
  readonly flags: number;
  /** Some of `notes`. */
  readonly notes: number;
  /** A number that comes back with every event; below 2^32. */
  readonly serial: number;
}

// ident, filter, flags, fflags, data (not used here), udata.
const FILTER = 8;
const FLAGS = 10;
const NOTES = 12;
const SERIAL = 24;

/** Lays one out. @param at offset in bytes */
export function writeKernelEvent(view: DataView, at: number, event: KernelEvent): void {
  view.setBigUint64(at, BigInt(event.ident), true);
  view.setInt16(at + FILTER, event.filter, true);
  view.setUint16(at + FLAGS, event.flags, true);
  view.setUint32(at + NOTES, event.notes, true);
  view.setBigInt64(at + NOTES + 4, 0n, true);
  view.setBigUint64(at + SERIAL, BigInt(event.serial), true);
}

/** Reads one. @param at offset in bytes */
export function readKernelEvent(view: DataView, at: number): KernelEvent {
  return {
    ident: Number(view.getBigUint64(at, true)),
    filter: view.getInt16(at + FILTER, true),
    flags: view.getUint16(at + FLAGS, true),
    notes: view.getUint32(at + NOTES, true),
    serial: Number(view.getBigUint64(at + SERIAL, true)),
  };
}
