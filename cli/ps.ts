/** `ps`: which processes a server runs, whoever started them. @module */

import type { ListedProcess } from "../client/mod.ts";
import { epochMs } from "../protocol/clock.ts";
import { atServer } from "./at_server.ts";
import { complain } from "./complain.ts";
import { readRunningServer } from "./find_process.ts";
import { readFlags } from "./flags.ts";
import { writeAll } from "./forward.ts";
import { help } from "./help.ts";
import { plainName } from "./long_listing.ts";
import { reportOutput } from "./report_output.ts";
import { serverFlags } from "./server_options.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Prints a table, or with `--json` an array.
 * @param args flags
 * @returns exit status
 * @throws {UsageError}
 */
export async function ps(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, [
    ...serverFlags,
    { name: "--json" },
    { name: "--help", short: "-h" },
  ]);
  if (flags.has("--help")) return help(["ps"]);
  const [extra] = flags.rest;
  if (extra !== undefined) throw new UsageError(`"ps" takes no "${extra}"`);
  const server = readRunningServer(flags, "ps");
  return await atServer(server, "ps", async (client, { starting: signal }) => {
    const { processes, truncated } = await client.processes({ signal });
    const lines = flags.has("--json") ? [plainJson(processes)] : processTable(processes, epochMs());
    const text = new TextEncoder().encode(`${lines.join("\n")}\n`);
    const status = await reportOutput(() => writeAll(Deno.stdout, text).then(() => 0));
    if (truncated) complain(`There are more processes than these ${processes.length}`);
    return status;
  });
}

/** JSON without the control characters that JSON allows, some of which move a terminal's cursor. */
function plainJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(
    /[\x7f-\x9f]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Lines of a table with a head; the command comes last and is as long as it is.
 * @param nowMs milliseconds since 1970
 */
export function processTable(processes: readonly ListedProcess[], nowMs: number): string[] {
  const rows = [
    ["SESSION", "ID", "STATE", "AGE", "PID", "COMMAND"],
    ...processes.map((process) => cells(process, nowMs)),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
}

function cells(process: ListedProcess, nowMs: number): string[] {
  const { session, processId, state, exitCode, startedAtMs, pid, argv, argvTruncated } = process;
  return [
    plainName(session),
    plainName(processId),
    exitCode === null ? state : `${state} ${exitCode}`,
    age(nowMs - startedAtMs),
    String(pid),
    plainName(argv.join(" ")) + (argvTruncated ? " …" : ""),
  ];
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** In the largest unit that it has one of. The clocks of two machines may differ. */
function age(durationMs: number): string {
  const [unitMs, unit] = durationMs >= DAY_MS
    ? [DAY_MS, "d"]
    : durationMs >= HOUR_MS
    ? [HOUR_MS, "h"]
    : durationMs >= MINUTE_MS
    ? [MINUTE_MS, "m"]
    : [SECOND_MS, "s"];
  return `${Math.max(0, Math.floor(durationMs / unitMs))}${unit}`;
}
