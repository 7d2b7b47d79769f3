/** The functions of the C library that tell of changes in directories; Linux only. @module */

import { cString, loadLibc } from "../../process/posix/libc.ts";
import { platform } from "../../process/posix/this_platform.ts";
import { nativeBytes } from "../../../protocol/native_path.ts";
import { faultNumbers, FileFault } from "../file_fault.ts";
import type { NativePath } from "../file_system.ts";

const symbols = {
  inotify_init1: { parameters: ["i32"], result: "i32" },
  inotify_rm_watch: { parameters: ["i32", "i32"], result: "i32" },
  inotify_add_watch: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  remove_elsewhere: {
    name: "inotify_rm_watch",
    parameters: ["i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  // Looking a path up can take as long as its file system likes.
  add_elsewhere: {
    name: "inotify_add_watch",
    parameters: ["i32", "buffer", "u32"],
    result: "i32",
    nonblocking: true,
  },
  // Closing waits until no processor looks at what is closed.
  close_elsewhere: { name: "close", parameters: ["i32"], result: "i32", nonblocking: true },
  statfs_elsewhere: {
    name: "statfs",
    parameters: ["buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

type InotifyLibrary = Deno.DynamicLibrary<typeof symbols>["symbols"];

let loaded: InotifyLibrary | undefined;

/** Bits of what happened, and of what is asked for. Source: `linux/inotify.h`. */
export const inotifyFlags = {
  IN_MODIFY: 0x2,
  IN_ATTRIB: 0x4,
  IN_MOVED_FROM: 0x40,
  IN_MOVED_TO: 0x80,
  IN_CREATE: 0x100,
  IN_DELETE: 0x200,
  IN_DELETE_SELF: 0x400,
  IN_MOVE_SELF: 0x800,
  IN_UNMOUNT: 0x2000,
  IN_Q_OVERFLOW: 0x4000,
  IN_IGNORED: 0x8000,
  IN_ONLYDIR: 0x0100_0000,
  IN_DONT_FOLLOW: 0x0200_0000,
  IN_EXCL_UNLINK: 0x0400_0000,
  IN_MASK_ADD: 0x2000_0000,
  IN_ISDIR: 0x4000_0000,
} as const;

const IN_NONBLOCK = 0o4000;
const IN_CLOEXEC = 0o2000000;
const STATFS_BYTES = 256;
const NO_WATCHES = "The system's limit of watches, fs.inotify.max_user_watches, is reached";
/** A call that failed after this many milliseconds might take as long once more. */
const SLOW_MS = 500;

function library(): InotifyLibrary {
  return loaded ??= Deno.dlopen(platform.library, symbols).symbols;
}

/** Opens a descriptor that events are read from; reading never waits. @throws {FileFault} EMFILE */
export function openInotify(): number {
  const descriptor = library().inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) throw lastFault();
  return descriptor;
}

/** Closes it, with all its watches. */
export async function closeInotify(descriptor: number): Promise<void> {
  await library().close_elsewhere(descriptor);
}

/** Reads events that are there into `into`; gives the number of bytes, 0 when there are none. */
export function readInotify(descriptor: number, into: Uint8Array<ArrayBuffer>): number {
  return Math.max(0, loadLibc().libc.read(descriptor, into, into.byteLength));
}

/**
 * Asks for the events of what is at a path.
 * @returns a number that is the same for the same file or directory
 * @throws {FileFault} ENOSPC when there are too many watches on this machine
 */
export async function addWatch(
  descriptor: number,
  path: NativePath,
  flags: number,
): Promise<number> {
  const name = zeroEnded(path);
  const begun = performance.now();
  const number = await library().add_elsewhere(descriptor, name, flags);
  if (number >= 0) return number;
  // Which error it was is known on the other thread only, so it is made again on this one.
  if (performance.now() - begun > SLOW_MS) {
    throw FileFault.of("EIO", "The file system failed, and slowly, so its reason is not known");
  }
  const again = library().inotify_add_watch(descriptor, name, flags);
  if (again >= 0) return again;
  throw lastFault();
}

/**
 * Takes several back, the last of them on another thread: whoever waits for it lets others work.
 * Harmless for those that have ended by themselves.
 */
export async function removeWatches(descriptor: number, numbers: readonly number[]): Promise<void> {
  const last = numbers.at(-1);
  if (last === undefined) return;
  for (const number of numbers.slice(0, -1)) library().inotify_rm_watch(descriptor, number);
  await library().remove_elsewhere(descriptor, last);
}

/** Number of the kind of file system that a path is on; undefined when that cannot be told. */
export async function fileSystemKind(path: NativePath): Promise<number | undefined> {
  const facts = new Uint8Array(STATFS_BYTES);
  if (await library().statfs_elsewhere(zeroEnded(path), facts) !== 0) return undefined;
  return new DataView(facts.buffer).getUint32(0, true);
}

function zeroEnded(path: NativePath): Uint8Array<ArrayBuffer> {
  if (path.isWellFormed()) return cString(path);
  const bytes = nativeBytes(path);
  const ended = new Uint8Array(bytes.byteLength + 1);
  ended.set(bytes);
  return ended;
}

function lastFault(): FileFault {
  const { errno, describe } = loadLibc();
  const number = errno();
  // The system's words speak of a full disk.
  if (number === faultNumbers.ENOSPC) return FileFault.of("ENOSPC", NO_WATCHES);
  return new FileFault(number, describe(number));
}
