/** What a profile opens of the disk: for reading, for writing, and just to be passed through. @module */

import { servicesRule } from "./base_section.ts";
import { constant, type Expression, rule } from "./expression.ts";
import type { Parameters } from "./parameters.ts";
import { exactly, regionFilter } from "./places.ts";
import type { Region } from "./regions.ts";

/** Reading, which goes together with executing: a program that may not be read cannot run. */
export const READING: readonly string[] = ["file-read*", "file-map-executable", "process-exec*"];
/** Every change. */
export const WRITING: readonly string[] = ["file-write*"];

/** What the system's own programs look up, where only parts of the disk can be seen. */
const SYSTEM_LINKS = ["/etc", "/tmp", "/var"];
const SYSTEM_CHOICES = "/private/var/select";
/** Whoever may read this may run the system's programs. */
const SYSTEM_LIBRARIES = "/usr/lib";

/** What can be read. */
export function readSection(
  regions: readonly Region[],
  parameters: Parameters,
): readonly Expression[] {
  const rules = openRules(READING, { regions, parameters });
  if (regions.some(({ path }) => path === "/")) {
    return [...rules, ...preferences()];
  }
  if (!regions.some(({ path }) => path === SYSTEM_LIBRARIES)) return rules;
  return [
    ...rules,
    rule("allow", ["file-read*"], [
      ["literal", constant("/")],
      ["subpath", constant(SYSTEM_CHOICES)],
    ]),
    rule(
      "allow",
      ["file-read-metadata"],
      SYSTEM_LINKS.map((path): Expression => ["literal", constant(path)]),
    ),
  ];
}

/** Settings of programs, which are files, but are read by way of a service. */
function preferences(): readonly Expression[] {
  return [
    rule("allow", ["user-preference-read"]),
    servicesRule(["com.apple.cfprefsd.agent", "com.apple.cfprefsd.daemon"]),
    rule("allow", ["ipc-posix-shm-read*"], [["ipc-posix-name-prefix", constant("apple.cfprefs.")]]),
  ];
}

/** What can be written. */
export function writeSection(
  regions: readonly Region[],
  parameters: Parameters,
): readonly Expression[] {
  return openRules(WRITING, { regions, parameters });
}

/** Directories and links on the way to something that is seen: that they are there, no more. */
export function passageSection(
  passages: readonly string[],
  parameters: Parameters,
): readonly Expression[] {
  if (passages.length === 0) return [];
  const filters = passages.map((path) => exactly(path, parameters));
  return [rule("allow", ["file-read-metadata"], filters)];
}

function openRules(
  operations: readonly string[],
  { regions, parameters }: { regions: readonly Region[]; parameters: Parameters },
): readonly Expression[] {
  return regions.map((region) => {
    const isAll = region.path === "/" && region.holes.length === 0;
    return rule("allow", operations, isAll ? [] : [regionFilter(region, parameters)]);
  });
}
