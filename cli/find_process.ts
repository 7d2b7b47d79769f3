/** The process that a command line names, as `ID` or `SESSION/ID`. @module */

import {
  type ExecServerClient,
  ExecServerError,
  type ListedProcess,
  type ObservedProcess,
} from "../client/mod.ts";
import { complain } from "./complain.ts";
import type { Flags } from "./flags.ts";
import { plainName } from "./long_listing.ts";
import { readServerChoice, type ServerChoice } from "./server_options.ts";
import { UsageError } from "./usage_error.ts";

/**
 * The server that the flags name, which must be one that runs already.
 * @param subcommand names it in the complaint
 * @throws {UsageError} when the flags name none: a server of this program's own has no processes
 */
export function readRunningServer(flags: Flags, subcommand: string): ServerChoice {
  const server = readServerChoice(flags);
  if (server.kind !== "own") return server;
  const text = `${subcommand} is about a server that runs already: wanted --on NAME or --url URL`;
  throw new UsageError(text);
}

/**
 * The one word behind the flags.
 * @throws {UsageError}
 */
export function readProcessName(flags: Flags): string {
  const [name, extra] = flags.rest;
  if (name === undefined) throw new UsageError("No process is named: wanted [SESSION/]ID");
  if (extra === undefined) return name;
  throw new UsageError(`"${extra}" is one word too many: wanted one process`);
}

/** How to attach. */
export interface AttachHow {
  /** Number of the last event that is not wanted. */
  readonly afterSeq?: number;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/**
 * Attaches to the process of that name.
 * @throws {ExecServerError} `unknownProcess` when there is none or are several, and as
 * `ExecServerClient.processes` and `attach` do
 */
export async function attachTo(
  client: ExecServerClient,
  name: string,
  how: AttachHow,
): Promise<ObservedProcess> {
  return await attachDirectly(client, name, how) ??
    await client.attach(await findProcess(client, name, how.signal), how);
}

/** A list may be cut; who names the session needs none. */
async function attachDirectly(
  client: ExecServerClient,
  name: string,
  how: AttachHow,
): Promise<ObservedProcess | undefined> {
  const slash = name.indexOf("/");
  if (slash < 0) return undefined;
  const target = { session: name.slice(0, slash), processId: name.slice(slash + 1) };
  try {
    return await client.attach(target, how);
  } catch (error) {
    // An id may have a slash in it, which the list tells.
    if (error instanceof ExecServerError && error.kind === "server") return undefined;
    throw error;
  }
}

async function findProcess(
  client: ExecServerClient,
  name: string,
  signal: AbortSignal,
): Promise<ListedProcess> {
  const { processes, truncated } = await client.processes({ signal });
  const found = processes.filter((process) =>
    process.processId === name || qualifiedName(process) === name
  );
  const [first, second] = found;
  const count = processes.length;
  if (first !== undefined && second === undefined) {
    if (truncated) complain(`There may be another process "${name}": only ${count} are listed`);
    return first;
  }
  const text = first !== undefined
    ? `Several sessions have a process "${name}": wanted one of ${
      found.map((process) => plainName(qualifiedName(process))).join(", ")
    }`
    : truncated
    ? `The server has more processes than it lists (${count}), and "${name}" is none of these: ` +
      "wanted SESSION/ID"
    : `The server has no process "${name}" (see exec-server ps)`;
  throw new ExecServerError("unknownProcess", text);
}

/** The name that is right in any case. */
function qualifiedName({ session, processId }: ListedProcess): string {
  return `${session}/${processId}`;
}
