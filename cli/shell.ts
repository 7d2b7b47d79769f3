/** `shell`: works at a server as in a terminal of its machine. @module */

import { atServer } from "./at_server.ts";
import { help } from "./help.ts";
import { runInTerminal } from "./run_in_terminal.ts";
import { readShellOptions } from "./shell_options.ts";
import { placeRequest } from "./start_command.ts";

/**
 * Runs the shell of the server's user, as a login would, or a command.
 * @param args flags, then perhaps the command
 * @returns its exit status, or one of `statuses`
 * @throws {UsageError}
 */
export async function shell(args: readonly string[]): Promise<number> {
  const options = readShellOptions(args);
  if (options === undefined) return help(["shell"]);
  return await atServer(options.server, "shell", (client, signals) => {
    const { path } = client.environmentInfo.shell;
    const argv = options.argv.length > 0 ? options.argv : [path, "-l"];
    const place = placeRequest(client, { ...options, clearEnv: false });
    const request = { argv, ...place };
    return runInTerminal(client, signals, { request, escape: options.escape, noStdin: false });
  });
}
