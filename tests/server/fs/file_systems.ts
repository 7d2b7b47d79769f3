/** The file systems that keep one promise, and what the tests of it share. @module */

import { join } from "@std/path";
import { FileFault } from "../../../server/fs/file_fault.ts";
import type { FileSystem, OpenFile } from "../../../server/fs/file_system.ts";
import { PortableFileSystem } from "../../../server/fs/portable/portable_file_system.ts";
import { loadFileLibrary } from "../../../server/fs/posix/file_calls.ts";
import { PosixFileSystem } from "../../../server/fs/posix/posix_file_system.ts";
import { Places } from "../../../server/places.ts";
import { Scratch } from "../../support/scratch.ts";

// It stays loaded for good, so no test may be the one that seems to leak it.
loadFileLibrary();

const places = 8;

/** Makes each of them. The second does what the first does on a kernel without `openat2`. */
export const fileSystems: Readonly<Record<string, () => FileSystem>> = {
  posix: () => new PosixFileSystem({ places }),
  walking: () => {
    return new PosixFileSystem({
      places,
      abilities: { canRefuseLinks: false, canStayCached: false },
    });
  },
  portable: () => new PortableFileSystem(new Places(places)),
};

/** What a test gets. */
export interface Room {
  /** Under test. */
  readonly files: FileSystem;
  /** An empty directory. */
  readonly path: string;
  /** A path in it. */
  readonly at: (...names: string[]) => string;
}

/** Registers a test of one of them. */
export function only(system: string, name: string, body: (room: Room) => Promise<void>): void {
  Deno.test(`the ${system} file system ${name}`, async () => {
    const files = fileSystems[system]?.();
    if (files === undefined) throw new Error(`There is no file system "${system}"`);
    await using scratch = await Scratch.create();
    const { path } = scratch;
    await body({ files, path, at: (...names) => join(path, ...names) });
  });
}

/** Registers a test of all of them. */
export function every(name: string, body: (room: Room) => Promise<void>): void {
  for (const system of Object.keys(fileSystems)) only(system, name, body);
}

/** Name of the fault that work ends with, or `none`. */
export async function faultOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return "none";
  } catch (error) {
    if (error instanceof FileFault) return error.code;
    throw error;
  }
}

/** Bytes of a text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** What a file has from a place on, as text. */
export async function textOf(file: OpenFile, offset = 0): Promise<string> {
  const into = new Uint8Array(100);
  return new TextDecoder().decode(into.subarray(0, await file.read(into, offset)));
}

/**
 * How many descriptors of this process lead to a directory and what is below it. Others come and go
 * while tests run side by side.
 */
export function openDescriptors(below: string): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`).startsWith(below);
    } catch {
      // It has been closed since it was listed.
      return false;
    }
  }).length;
}
