/** `version`: which program this is, which wire it speaks, what it runs on. @module */

import { VERSION, WIRE_VERSION } from "../protocol/version.ts";
import { readFlags } from "./flags.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Prints one line.
 * @returns exit status
 */
export function version(args: readonly string[]): number {
  const [extra] = readFlags(args, []).rest;
  if (extra !== undefined) throw new UsageError(`"version" takes no arguments, but got "${extra}"`);
  console.log(`exec-server ${VERSION} (wire ${WIRE_VERSION}, deno ${Deno.version.deno})`);
  return 0;
}
