/** `env add`: gives a server a name. @module */

import { EnvironmentSettingsError, LOCAL_ID } from "../client/environments/settings.ts";
import { changeEnvironments, readOwnEnvironments } from "./environments_file.ts";
import { type EntryValues, withDefault, withEntry } from "./environments_text.ts";
import { type Flags, readFlags } from "./flags.ts";
import { shellWords } from "./shell_words.ts";
import { UsageError } from "./usage_error.ts";

const wanted = "wanted env add ID with --url URL, --ssh [USER@]HOST or --program 'COMMAND'";
const kinds = ["--url", "--ssh", "--program"];

/**
 * Adds an entry to our own file.
 * @throws {UsageError}
 * @throws {EnvironmentSettingsError}
 */
export async function envAdd(args: readonly string[]): Promise<number> {
  const { id, flags } = readArguments(args);
  const how = await entryValues(flags);
  const own = await readOwnEnvironments();
  const added = withEntry(own.document, { id, ...how });
  const { path } = await changeEnvironments(
    own,
    flags.has("--default") ? withDefault(added, id) : added,
  );
  console.log(`Added ${id} to ${path}${flags.has("--default") ? ", as the default" : ""}`);
  return 0;
}

/** The id may come before the flags or behind them. */
function readArguments(args: readonly string[]): { readonly id: string; readonly flags: Flags } {
  const [first] = args;
  const leads = first !== undefined && !first.startsWith("-");
  const flags = readFlags(leads ? args.slice(1) : args, [
    { name: "--url", value: "URL" },
    { name: "--ssh", value: "[USER@]HOST" },
    { name: "--program", value: "COMMAND" },
    { name: "--token-file", value: "FILE" },
    { name: "--default" },
  ]);
  const [id, extra] = leads ? [first, ...flags.rest] : flags.rest;
  if (id === undefined) throw new UsageError(`There is no name: ${wanted}`);
  if (extra !== undefined) throw new UsageError(`"${extra}" is one name too many: ${wanted}`);
  if (id === LOCAL_ID) throw new UsageError(`"${LOCAL_ID}" is this machine and needs no entry`);
  const given = kinds.filter((name) => flags.has(name));
  if (given.length !== 1) throw new UsageError(`"${id}" is to be reached one way: ${wanted}`);
  if (flags.has("--token-file") && !flags.has("--url")) {
    throw new UsageError("--token-file is for a server named by --url");
  }
  return { id, flags };
}

async function entryValues(flags: Flags): Promise<EntryValues> {
  const [url, ssh, command] = kinds.map((name) => flags.one(name));
  if (ssh !== undefined) return { url: ssh.startsWith("ssh://") ? ssh : `ssh://${ssh}` };
  if (url === undefined) {
    const [program, ...args] = shellWords(command ?? "");
    if (program === undefined) throw new UsageError("--program names no program");
    return args.length === 0 ? { program } : { program, args };
  }
  const file = flags.one("--token-file");
  return file === undefined ? { url } : { url, auth_bearer_token: await readToken(file) };
}

async function readToken(file: string): Promise<string> {
  try {
    return (await Deno.readTextFile(file)).trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EnvironmentSettingsError(`Cannot read the token: ${reason}`);
  }
}
