/** `logs`: prints what a server keeps of a process's output. @module */

import type { ExecServerClient } from "../client/mod.ts";
import { atServer } from "./at_server.ts";
import { attachTo, readProcessName, readRunningServer } from "./find_process.ts";
import { type Flags, readFlags } from "./flags.ts";
import { help } from "./help.ts";
import { printEvents } from "./print_events.ts";
import { reportOutput } from "./report_output.ts";
import { serverFlags } from "./server_options.ts";
import { UsageError } from "./usage_error.ts";

/** What to print. */
interface LogsOptions {
  readonly name: string;
  readonly follows: boolean;
  readonly afterSeq: number;
}

/**
 * Prints output that is kept, and with `--follow` what comes until the process has closed.
 * @param args flags, then the process
 * @returns exit status
 * @throws {UsageError}
 */
export async function logs(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, [
    ...serverFlags,
    { name: "--follow", short: "-f" },
    { name: "--since", value: "SEQ" },
    { name: "--help", short: "-h" },
  ]);
  if (flags.has("--help")) return help(["logs"]);
  const options = {
    name: readProcessName(flags),
    follows: flags.has("--follow"),
    afterSeq: readSince(flags),
  };
  const server = readRunningServer(flags, "logs");
  return await atServer(server, "logs", (client, { starting }) => {
    return reportOutput(() => print(client, options, starting));
  });
}

function readSince(flags: Flags): number {
  const text = flags.one("--since") ?? "0";
  const seq = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seq)) return seq;
  throw new UsageError(`"${text}" is no number of an event: wanted --since SEQ, such as 42`);
}

async function print(
  client: ExecServerClient,
  { name, follows, afterSeq }: LogsOptions,
  signal: AbortSignal,
): Promise<number> {
  await using process = await attachTo(client, name, { afterSeq, signal });
  const lastSeq = process.facts.nextSeq - 1;
  if (follows) await printEvents(process, { signal });
  else if (lastSeq > afterSeq) await printEvents(process, { untilSeq: lastSeq, signal });
  return 0;
}
