/** `exec`: runs one command through a server, as if it ran here. @module */

import type { StartRequest } from "../client/mod.ts";
import { atServer } from "./at_server.ts";
import { type ExecOptions, readExecOptions } from "./exec_options.ts";
import { help } from "./help.ts";
import { runInTerminal } from "./run_in_terminal.ts";
import { runPiped } from "./run_piped.ts";
import { placeRequest } from "./start_command.ts";

/**
 * Runs a command.
 * @param args flags, then the command
 * @returns the command's exit status, or one of `statuses`
 * @throws {UsageError}
 */
export async function exec(args: readonly string[]): Promise<number> {
  const options = readExecOptions(args);
  if (options === undefined) return help(["exec"]);
  return await atServer(options.server, "exec", (client, signals) => {
    const place = placeRequest(client, options);
    const request = { argv: options.argv, ...place, ...timeouts(options) };
    return options.tty
      ? runInTerminal(client, signals, { ...options, request })
      : runPiped(client, signals, { ...options, request });
  });
}

function timeouts({ timeoutMs, idleTimeoutMs }: ExecOptions): Partial<StartRequest> {
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
  };
}
