/** From a place to what the kernel's calls take: a directory's descriptor and a name. @module */

import { FileFault } from "../file_fault.ts";
import type { Child, Place } from "../file_system.ts";
import { type CPath, cPath } from "./file_calls.ts";
import { atFlags } from "./file_numbers.ts";
import type { Lane, MountTable } from "./mount_table.ts";
import { PosixDirectory } from "./posix_directory.ts";

/** A place for the kernel. */
export interface Located {
  /** Of a directory, or `atFlags.noDirectory` with an absolute path. */
  readonly directory: number;
  /** A name in it, or the path. */
  readonly name: CPath;
  /** Where to wait for a call about it. */
  readonly lane: Lane;
}

/** A place for a call that is over before anything else happens. */
export function located(place: Place, mounts: MountTable): Located {
  if (typeof place !== "string") return inside(place, directoryOf(place).descriptor.now);
  if (!place.startsWith("/")) throw FileFault.of("EINVAL", "A path must begin with a slash");
  return {
    directory: atFlags.noDirectory,
    name: cPath(place),
    // Asked for only by what has to wait.
    get lane() {
      return mounts.laneOf(place);
    },
  };
}

/** Does something about a place, whose directory stays open as long as that takes. */
export async function whileLocated<T>(
  place: Place,
  mounts: MountTable,
  work: (at: Located) => Promise<T>,
): Promise<T> {
  if (typeof place === "string") return await work(located(place, mounts));
  return await directoryOf(place).descriptor.use((number) => work(inside(place, number)));
}

function directoryOf({ parent }: Child): PosixDirectory {
  if (parent instanceof PosixDirectory) return parent;
  throw new TypeError("A place belongs to another file system");
}

function inside(child: Child, directory: number): Located {
  const { name } = child;
  if (name === "" || name === "." || name === ".." || name.includes("/")) {
    throw FileFault.of("EINVAL", "A name in a directory is one part of a path");
  }
  return { directory, name: cPath(name), lane: directoryOf(child).lane };
}
