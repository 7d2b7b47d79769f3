/** The C library's calls for files, loaded once, and how they say what went wrong. @module */

import { nativeBytes } from "../../../protocol/native_path.ts";
import { FileFault } from "../file_fault.ts";
import { fileSymbols } from "./file_symbols.ts";

/** The functions. */
export type FileCalls = Deno.DynamicLibrary<typeof fileSymbols>["symbols"];

/** The functions, and why the last one that was called here failed. */
export interface FileLibrary {
  /** The functions. */
  readonly calls: FileCalls;
  /** Error number of the last failed call on this thread. */
  readonly errno: () => number;
  /** That error, with the system's words. */
  readonly fault: () => FileFault;
}

let loaded: FileLibrary | undefined;

/** The library, loaded on first use. @throws {Error} when it or one of its functions is missing */
export function loadFileLibrary(): FileLibrary {
  return loaded ??= load();
}

function load(): FileLibrary {
  const calls = Deno.dlopen("libc.so.6", fileSymbols).symbols;
  const location = calls.__errno_location();
  if (location === null) throw new Error("The C library has no errno");
  // The address belongs to this thread and stays; asking for it again could change errno.
  const view = new Deno.UnsafePointerView(location);
  const errno = () => view.getInt32();
  return { calls, errno, fault: () => faultOf(calls, errno()) };
}

function faultOf(calls: FileCalls, errno: number): FileFault {
  const text = calls.strerror(errno);
  const words = text === null ? "Unknown error" : Deno.UnsafePointerView.getCString(text);
  return new FileFault(errno, `${words} (os error ${errno})`);
}

/** A path or name as C reads it. */
export type CPath = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/** Lays a path or name out for C. @throws {FileFault} EINVAL when it has a zero byte */
export function cPath(path: string): CPath {
  if (path.includes("\0")) throw FileFault.of("EINVAL", "A path cannot have a zero byte");
  const text = `${path}\0`;
  return path.isWellFormed() ? encoder.encode(text) : nativeBytes(text);
}

/** A path that says "the descriptor itself", for calls that take one beside a descriptor. */
export const NO_PATH: CPath = new Uint8Array(new ArrayBuffer(1));

/** Where a descriptor's file can be found by path, whatever became of its names. */
export function descriptorPath(descriptor: number): CPath {
  return encoder.encode(`/proc/self/fd/${descriptor}\0`);
}
