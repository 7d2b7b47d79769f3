/** `attach`: follows a process that somebody else started, to its end. @module */

import type { ExecServerClient, ExitStatus } from "../client/mod.ts";
import { atServer } from "./at_server.ts";
import { complain } from "./complain.ts";
import { attachTo, readProcessName, readRunningServer } from "./find_process.ts";
import { readFlags } from "./flags.ts";
import { help } from "./help.ts";
import { printEvents } from "./print_events.ts";
import { reportOutput } from "./report_output.ts";
import { serverFlags } from "./server_options.ts";
import type { StopSignals } from "./stop_signals.ts";

/**
 * Prints what is kept of its output and what follows.
 * @param args flags, then the process
 * @returns the process's exit status, or one of `statuses`
 * @throws {UsageError}
 */
export async function attach(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, [...serverFlags, { name: "--help", short: "-h" }]);
  if (flags.has("--help")) return help(["attach"]);
  const name = readProcessName(flags);
  const server = readRunningServer(flags, "attach");
  return await atServer(server, "attach", (client, signals) => {
    return reportOutput(() => follow(client, name, signals));
  });
}

async function follow(
  client: ExecServerClient,
  name: string,
  { starting: signal }: StopSignals,
): Promise<number> {
  await using process = await attachTo(client, name, { signal });
  try {
    await printEvents(process, { signal });
  } catch (error) {
    if (signal.aborted) complain(`Detached from process "${name}", which goes on`);
    throw error;
  }
  const status = await process.status;
  complain(`Process "${name}" has ended: ${endText(status)}`);
  // The system knows eight bits of an exit status.
  return status.exitCode & 0xff;
}

function endText({ exitCode, reason }: ExitStatus): string {
  return reason === undefined ? `exit status ${exitCode}` : `exit status ${exitCode}, ${reason}`;
}
