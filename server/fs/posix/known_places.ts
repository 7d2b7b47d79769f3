/** What can be said and opened at once: files of this machine's disks whose path lies in memory. @module */

import { FileFault, isFault } from "../file_fault.ts";
import type { Links } from "../file_system.ts";
import { knownStatus } from "./descriptor_status.ts";
import { descriptorPath, type FileLibrary } from "./file_calls.ts";
import { atFlags, openFlags } from "./file_numbers.ts";
import type { Located } from "./located.ts";
import type { MountTable } from "./mount_table.ts";
import type { PathOpener } from "./path_opener.ts";
import type { PosixStatus } from "./statx.ts";

/** What it takes. */
export interface KnownParts {
  /** The C library. */
  readonly library: FileLibrary;
  /** Tells which mounts are local. */
  readonly mounts: MountTable;
  /** Looks paths up. */
  readonly opener: PathOpener;
}

/** Something that was opened at once. */
export interface KnownOpen {
  /** Its descriptor, the caller's from now on. */
  readonly number: number;
  /** Facts about it. */
  readonly status: PosixStatus;
}

/** Opening by `/proc` never finds another file than the one that was looked up. */
const AT_ONCE = openFlags.readOnly | openFlags.nonBlocking | openFlags.noTerminal |
  openFlags.closeOnExec;

/** Every answer is undefined when it takes the pool to have it. */
export class KnownPlaces {
  readonly #parts: KnownParts;

  /** Asks these. */
  constructor(parts: KnownParts) {
    this.#parts = parts;
  }

  /** Facts. @throws {FileFault} */
  status(at: Located, links: Links): PosixStatus | undefined {
    return this.#lookUp(at, links, (_number, status) => status);
  }

  /**
   * Opens a file or directory for reading.
   * @throws {FileFault} ELOOP for a link that must not be followed, ENOTDIR as `wanted` says
   */
  open(at: Located, links: Links, wanted: "directory" | "any"): KnownOpen | undefined {
    return this.#lookUp(at, links, (found, status) => {
      const { kind } = status;
      if (kind === "symlink") throw FileFault.of("ELOOP");
      if (wanted === "directory" && kind !== "directory") throw FileFault.of("ENOTDIR");
      // What opening a device or FIFO does is not known.
      if (kind === "other") return undefined;
      const number = this.#reopen(found);
      return number === undefined ? undefined : { number, status };
    });
  }

  #lookUp<T>(
    at: Located,
    links: Links,
    use: (number: number, status: PosixStatus) => T | undefined,
  ): T | undefined {
    const { library, mounts, opener } = this.#parts;
    const number = opener.cached(at, links);
    if (number === undefined) return undefined;
    try {
      const status = knownStatus(number, library);
      if (!mounts.isLocal(status.mountId)) return undefined;
      return use(number, refuseLink(status, links));
    } finally {
      library.calls.close(number);
    }
  }

  #reopen(number: number): number | undefined {
    const { library } = this.#parts;
    const path = descriptorPath(number);
    const opened = library.calls.openat(atFlags.noDirectory, path, AT_ONCE, 0);
    if (opened >= 0) return opened;
    const fault = library.fault();
    // There is no `/proc`; or a lease has to be given back first, which somebody may wait for.
    if (isFault(fault, "ENOENT", "EAGAIN")) return undefined;
    throw fault;
  }
}

/** The facts, unless they are those of a link where none may be. @throws {FileFault} ELOOP */
export function refuseLink<T extends PosixStatus>(status: T, links: Links): T {
  if (links === "none" && status.kind === "symlink") throw FileFault.of("ELOOP");
  return status;
}
