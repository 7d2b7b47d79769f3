/** Paths that mean another process in the sandbox than outside. @module */

import type { Place } from "./disk_view.ts";
import { isWithin } from "./paths.ts";
import { SandboxRefusal } from "./refusal.ts";

/** Whose number is asked here would be this program's own. */
const OF_PROCESS = /^\/proc\/(?:self|thread-self|\d+)(?:\/|$)/;

/**
 * Refuses what lies with a process: outside of the sandbox that is the server's, inside there are
 * other processes, or others of the same number.
 * @param subject which sentence begins with the path, such as `The working directory`
 * @throws {SandboxRefusal}
 */
export function refuseProcessPlace(subject: string, path: string, place: Place): void {
  const { real, links } = place;
  if (![path, real, ...links.map(({ path }) => path)].some((path) => OF_PROCESS.test(path))) return;
  throw new SandboxRefusal(
    "processPlace",
    `${subject} "${path}" belongs to a process, and in the sandbox there are others; ` +
      "name a path outside of /proc/self and its like",
    { path },
  );
}

/**
 * Refuses to hide the processes, which no program starts without.
 * @throws {SandboxRefusal}
 */
export function refuseHiddenProcesses(path: string, { real }: Place): void {
  if (!isWithin("/proc", real)) return;
  throw new SandboxRefusal(
    "processPlace",
    `Cannot deny "${path}": a sandbox has a /proc of its own, without which nothing starts; ` +
      "leave it out of the policy",
    { path },
  );
}
