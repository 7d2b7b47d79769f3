/** `env list`: which environments there are, without connecting to any. @module */

import { describeSettings } from "../client/environments/connect_environment.ts";
import { readEnvironments } from "../client/environments/home.ts";
import { LOCAL_ID } from "../client/environments/settings.ts";
import { complain } from "./complain.ts";
import { readFlags } from "./flags.ts";
import { plainName } from "./long_listing.ts";
import { UsageError } from "./usage_error.ts";

interface Row {
  readonly id: string;
  readonly default: boolean;
  /** Nobody has asked it. */
  readonly status: "unknown";
  readonly how: string;
  /** The file or variable that names it; null for this machine. */
  readonly source: string | null;
}

/**
 * Prints a table, or with `--json` an array.
 * @throws {UsageError}
 * @throws {EnvironmentSettingsError}
 */
export async function envList(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, [{ name: "--json" }]);
  const [extra] = flags.rest;
  if (extra !== undefined) throw new UsageError(`"env list" takes no "${extra}"`);
  const rows = await readRows();
  if (flags.has("--json")) {
    console.log(JSON.stringify(rows, undefined, 2));
    return 0;
  }
  const isUsable = rows.length > 0;
  if (isUsable) { for (const line of table(rows)) console.log(line); }
  else complain("There is no environment");
  return 0;
}

async function readRows(): Promise<Row[]> {
  const { defaultId, includesLocal, environments } = await readEnvironments();
  const row = (id: string, how: string, source: string | null): Row => {
    return { id, default: id === defaultId, status: "unknown", how, source };
  };
  const here = includesLocal ? [row(LOCAL_ID, "a server of its own on this machine", null)] : [];
  const others = environments.map(({ id, settings, source }) =>
    row(id, describeSettings(settings), source ?? null)
  );
  return [...here, ...others];
}

function table(rows: readonly Row[]): string[] {
  const width = Math.max(2, ...rows.map(({ id }) => id.length));
  const line = (id: string, mark: string, status: string, how: string) =>
    `${id.padEnd(width)}  ${mark.padEnd(7)}  ${status.padEnd(7)}  ${how}`;
  const body = rows.map((row) =>
    line(plainName(row.id), row.default ? "*" : "", row.status, plainName(row.how))
  );
  return [line("ID", "DEFAULT", "STATUS", "HOW"), ...body];
}
