/** The C library, by FFI: the calls that Deno has no safe or fast way for. @module */

import { nativeBytes } from "../../../protocol/native_path.ts";
import { linuxSymbols, macosSymbols, type sharedSymbols } from "./libc_symbols.ts";
import { isMacos, platform } from "./this_platform.ts";

/** Functions that both systems have. */
export type Libc = Deno.DynamicLibrary<typeof sharedSymbols>["symbols"] & {
  /** Changes a descriptor. */
  readonly fcntl: (descriptor: number, command: number, argument: number) => number;
  /** Changes a device. */
  readonly ioctl: (
    descriptor: number,
    request: number,
    argument: Uint16Array<ArrayBuffer>,
  ) => number;
};

/** Functions of the C library of Linux. */
export type LinuxLibc = Deno.DynamicLibrary<typeof linuxSymbols>["symbols"];

/** Functions of the C library of macOS. */
export type MacosLibc = Deno.DynamicLibrary<typeof macosSymbols>["symbols"];

/** The C library and the two things that belong to it. */
export interface LibcAccess {
  /** Its functions. */
  readonly libc: Libc;
  /** Error number of the last failed call on this thread. */
  readonly errno: () => number;
  /** Text of an error number, such as "Permission denied (os error 13)". */
  readonly describe: (errno: number) => string;
}

let loaded: LibcAccess | undefined;
let loadedLinux: LinuxLibc | undefined;
let loadedMacos: MacosLibc | undefined;

/**
 * The C library; loaded on first use, so that a server starts without it.
 * @throws {Error} when the library or one of its functions cannot be loaded
 */
export function loadLibc(): LibcAccess {
  return loaded ??= isMacos ? accessMacos() : accessLinux();
}

/** The same with what only Linux has. @throws {Error} when it cannot be loaded */
export function loadLinuxLibc(): LinuxLibc {
  return loadedLinux ??= Deno.dlopen(platform.library, linuxSymbols).symbols;
}

/** The same with what only macOS has. @throws {Error} when it cannot be loaded */
export function loadMacosLibc(): MacosLibc {
  return loadedMacos ??= Deno.dlopen(platform.library, macosSymbols).symbols;
}

function accessLinux(): LibcAccess {
  const libc = loadLinuxLibc();
  return access(libc, libc.__errno_location());
}

// See `macosSymbols`.
const padding = [0n, 0n, 0n, 0n, 0n] as const;

function accessMacos(): LibcAccess {
  const macos = loadMacosLibc();
  const libc = {
    ...macos,
    fcntl: (descriptor: number, command: number, argument: number) =>
      macos.fcntl(descriptor, command, BigInt(argument), ...padding, BigInt(argument)),
    ioctl: (descriptor: number, request: number, argument: Uint16Array<ArrayBuffer>) =>
      macos.ioctl(descriptor, BigInt(request), argument, ...padding, argument),
  };
  return access(libc, macos.__error());
}

function access(libc: Libc, location: Deno.PointerValue): LibcAccess {
  if (location === null) throw new Error("The C library has no errno");
  // The address belongs to this thread and stays; asking for it again could change errno.
  const view = new Deno.UnsafePointerView(location);
  return {
    libc,
    errno: () => view.getInt32(),
    describe(errno) {
      const text = libc.strerror(errno);
      const words = text === null ? "Unknown error" : Deno.UnsafePointerView.getCString(text);
      return `${words} (os error ${errno})`;
    },
  };
}

/** Error numbers by name. */
export const errnos = platform.errors;

/** Flags for opening and for descriptors. */
export const descriptorFlags = platform.descriptors;

/** A string for C: the bytes of a native path or other text, with a zero at the end. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return nativeBytes(`${text}\0`);
}

/** A null-terminated array of C strings, as `execve` wants it. Keep `arena` alive during the call. */
export interface CStringArray {
  /** The pointers. */
  readonly pointers: BigUint64Array<ArrayBuffer>;
  /** The strings they point into. */
  readonly arena: Uint8Array<ArrayBuffer>;
}

/** Lays strings out for C, in one block. */
export function cStringArray(texts: readonly string[]): CStringArray {
  const arena = cString(texts.join("\0"));
  const pointers = new BigUint64Array(texts.length + 1);
  if (texts.length === 0) return { pointers, arena };
  const base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(arena));
  let start = 0;
  for (let i = 0; i < texts.length; i++) {
    pointers[i] = BigInt(base) + BigInt(start);
    start = arena.indexOf(0, start) + 1;
  }
  return { pointers, arena };
}
