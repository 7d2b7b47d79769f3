/** What programs need to see to run at all: the entry `minimal`. @module */

import type { PathSystem } from "../protocol/path_uri.ts";

const roots: Readonly<Record<PathSystem, readonly string[]>> = {
  linux: [
    "/bin",
    "/etc",
    "/lib",
    "/lib64",
    "/nix/store",
    "/run/current-system/sw",
    "/sbin",
    "/usr",
  ],
  macos: [
    "/bin",
    "/dev",
    "/etc",
    "/Library/Apple",
    "/Library/Frameworks",
    "/private/etc",
    "/private/var/db/dyld",
    "/private/var/db/timezone",
    "/sbin",
    "/System",
    "/usr/bin",
    "/usr/lib",
    "/usr/libexec",
    "/usr/sbin",
    "/usr/share",
  ],
  windows: [],
};

/** Directories with a system's programs, libraries and settings. Not all of them need exist. */
export function platformRoots(system: PathSystem): readonly string[] {
  return roots[system];
}
