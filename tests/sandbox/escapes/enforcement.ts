/** Whether this server enforces sandboxes, and why a test may not run here. @module */

import { hasTool } from "./suite.ts";

/** Why tests of sandboxes cannot run here; undefined when they can. */
export async function reasonNotToTest(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "bubblewrap needs Linux";
  for (const tool of ["bwrap", "python3", "git", "unshare"]) {
    if (!await hasTool(tool)) return `${tool} is not installed`;
  }
  return undefined;
}

/** Registers a test that needs enforced sandboxes; its name says why when it cannot run.
 * @param reason why not, from `reasonNotToTest` or the test's own */
export function sandboxTest(
  name: string,
  reason: string | undefined,
  fn: () => Promise<void>,
): void {
  const ignored = reason !== undefined;
  // Children are waited for on a thread of the platform's own, which may end after the test.
  const options = { sanitizeOps: false, sanitizeResources: false };
  Deno.test({ name: ignored ? `${name} (${reason})` : name, ignore: ignored, fn, ...options });
}
