/** The commands that are run through the servers, as parameters of `process/start`. @module */

import type { JsonObject } from "./message_text.ts";

/** Search path and whole environment of every measured command. */
export const SEARCH_PATH = "/usr/bin:/bin";

let started = 0;

/** A process id that was not used before in this run. */
export function freshProcessId(): string {
  return `p${++started}`;
}

/**
 * Parameters of `process/start`.
 *
 * @param processId chosen by the caller
 * @param argv program and arguments
 * @param options `pipeStdin`: whether input will be written; `tty`: whether it runs in a terminal
 */
export function startParams(
  processId: string,
  argv: readonly string[],
  options: { readonly pipeStdin?: boolean; readonly tty?: boolean } = {},
): JsonObject {
  return { processId, argv, cwd: "file:///", env: { PATH: SEARCH_PATH }, tty: false, ...options };
}
