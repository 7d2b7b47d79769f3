/** The file system by system calls: Linux with glibc. @module */

import { type Clock, realClock } from "../../../protocol/clock.ts";
import { FileFault } from "../file_fault.ts";
import type { FileSystem, Links, NativePath, OpenOptions, Place } from "../file_system.ts";
import { knownStatus } from "./descriptor_status.ts";
import { descriptorPath, type FileLibrary, loadFileLibrary } from "./file_calls.ts";
import { atFlags, openFlags } from "./file_numbers.ts";
import { FilePool } from "./file_pool.ts";
import { EntryCalls } from "./entry_calls.ts";
import { type KernelAbilities, kernelAbilities } from "./kernel_abilities.ts";
import { KnownPlaces, refuseLink } from "./known_places.ts";
import { linkTarget, realPathOf } from "./link_text.ts";
import { type Located, located, whileLocated } from "./located.ts";
import { MountTable } from "./mount_table.ts";
import { PathOpener } from "./path_opener.ts";
import { PosixDirectory } from "./posix_directory.ts";
import { PosixFile } from "./posix_file.ts";
import { renameEntry } from "./rename_entry.ts";
import type { PosixStatus } from "./statx.ts";

/** How to set it up. */
export interface PosixFileSystemOptions {
  /** How many calls may be in the pool, for local and for slow file systems each. */
  readonly places: number;
  /** Tells calls that hang; the real one when left out. */
  readonly clock?: Clock;
  /** What the kernel can do; found out when left out. */
  readonly abilities?: KernelAbilities;
}

const DIRECTORY = openFlags.readOnly | openFlags.directory;

/** See `FileSystem`. Descriptors decide, not paths that are compared. */
export class PosixFileSystem implements FileSystem {
  readonly #library: FileLibrary = loadFileLibrary();
  readonly #mounts = new MountTable(this.#library);
  readonly #pool: FilePool;
  readonly #opener: PathOpener;
  readonly #known: KnownPlaces;
  readonly #entries: EntryCalls;

  /** @throws {Error} when the C library cannot be loaded */
  constructor({ places, clock = realClock, abilities }: PosixFileSystemOptions) {
    const library = this.#library;
    const pool = this.#pool = new FilePool({ library, places, clock });
    const parts = { library, pool, abilities: abilities ?? kernelAbilities(library) };
    const opener = this.#opener = new PathOpener(parts);
    this.#known = new KnownPlaces({ library, mounts: this.#mounts, opener });
    this.#entries = new EntryCalls({ library, pool });
  }

  status(place: Place, links: Links): PosixStatus | Promise<PosixStatus> {
    return this.#known.status(located(place, this.#mounts), links) ??
      this.#at(place, (at) => this.#askStatus(at, links));
  }

  open(place: Place, options: OpenOptions): PosixFile | Promise<PosixFile> {
    const { access, create = false, truncate = false, links = "follow" } = options;
    // Making, emptying and writing may have to wait for a disk.
    const known = access !== "read" || create || truncate
      ? undefined
      : this.#known.open(located(place, this.#mounts), links, "any");
    if (known !== undefined) return this.#file(known.number, known.status, access);
    return this.#at(place, async (at) => {
      const wish = { flags: flagsOf(options), mode: modeOf(options), links };
      const number = await this.#opener.open(at, wish);
      return this.#own(number, (status) => this.#file(number, status, access));
    });
  }

  openDirectory(place: Place, links: Links): PosixDirectory | Promise<PosixDirectory> {
    const path = typeof place === "string" ? place : `${place.parent.path}/${place.name}`;
    const known = this.#known.open(located(place, this.#mounts), links, "directory");
    if (known !== undefined) return this.#directory(known.number, path, known.status);
    return this.#at(place, async (at) => {
      const number = await this.#opener.open(at, { flags: DIRECTORY, links });
      return this.#own(number, (status) => this.#directory(number, path, status));
    });
  }

  makeDirectory(place: Place, mode: number): Promise<void> {
    return this.#at(place, (at) => this.#entries.makeDirectory(at, mode));
  }

  makeLink(place: Place, target: string): Promise<void> {
    return this.#at(place, (at) => this.#entries.makeLink(at, target));
  }

  readLink(place: Place): Promise<string> {
    const parts = { library: this.#library, pool: this.#pool };
    return this.#at(place, (at) => linkTarget(at, parts));
  }

  remove(place: Place, kind: "directory" | "other"): Promise<void> {
    return this.#at(place, (at) => this.#entries.remove(at, kind));
  }

  rename(from: Place, to: Place, options: { readonly overwrite: boolean }): Promise<void> {
    const parts = { library: this.#library, pool: this.#pool };
    return this.#at(
      from,
      (source) =>
        this.#at(to, (target) => renameEntry({ from: source, to: target, ...options }, parts)),
    );
  }

  setMode(place: Place, mode: number, links: Links): Promise<void> {
    return this.#at(place, async (at) => {
      if (links === "follow") return await this.#entries.setMode(at, mode);
      await this.#looking(at, links, async (number) => {
        const { kind } = refuseLink(knownStatus(number, this.#library), links);
        if (kind === "symlink") throw FileFault.of("EOPNOTSUPP");
        const directory = atFlags.noDirectory;
        const name = descriptorPath(number);
        await this.#entries.setMode({ directory, name, lane: at.lane }, mode);
      });
    });
  }

  realPath(path: NativePath): Promise<NativePath> {
    return this.#at(
      path,
      (at) => this.#looking(at, "follow", (number) => realPathOf(number, this.#library)),
    );
  }

  #at<T>(place: Place, work: (at: Located) => Promise<T>): Promise<T> {
    return whileLocated(place, this.#mounts, work);
  }

  async #askStatus(at: Located, links: Links): Promise<PosixStatus> {
    // Without a path before it, the kernel need not be told that no link may be in it.
    if (links !== "none" || at.directory !== atFlags.noDirectory) {
      return refuseLink(await this.#entries.status(at, links), links);
    }
    return await this.#looking(at, links, async (number) => {
      return refuseLink(await this.#entries.openStatus(number, at.lane), links);
    });
  }

  /** Does something with a descriptor that only stands for a place. */
  async #looking<T>(at: Located, links: Links, use: (number: number) => T | Promise<T>) {
    const number = this.#opener.cached(at, links) ?? await this.#opener.lookUp(at, links);
    try {
      return await use(number);
    } finally {
      this.#library.calls.close(number);
    }
  }

  /** Gives a descriptor to an owner, or closes it. */
  #own<T>(number: number, take: (status: PosixStatus) => T): T {
    try {
      return take(knownStatus(number, this.#library));
    } catch (error) {
      this.#library.calls.close(number);
      throw error;
    }
  }

  #file(number: number, { mountId }: PosixStatus, access: OpenOptions["access"]): PosixFile {
    const lane = this.#mounts.laneOfMount(mountId);
    const isWritable = access !== "read";
    return new PosixFile(number, { library: this.#library, pool: this.#pool, lane, isWritable });
  }

  #directory(number: number, path: NativePath, { mountId }: PosixStatus): PosixDirectory {
    const lane = this.#mounts.laneOfMount(mountId);
    const isLocal = this.#mounts.isLocal(mountId);
    const parts = { library: this.#library, pool: this.#pool, isLocal };
    return new PosixDirectory(number, { path, lane, parts });
  }
}

const access = {
  read: openFlags.readOnly,
  write: openFlags.writeOnly,
  readWrite: openFlags.readWrite,
} as const;

function flagsOf(options: OpenOptions): number {
  return access[options.access] | openFlags.nonBlocking | openFlags.noTerminal |
    (options.create ? openFlags.create : 0) | (options.exclusive ? openFlags.exclusive : 0) |
    (options.truncate ? openFlags.truncate : 0);
}

function modeOf({ create, createMode = 0o666 }: OpenOptions): number {
  return create ? createMode : 0;
}
