/** `ls`: lists directories of a server's machine. @module */

import type { DirectoryEntry, ExecServerClient, Metadata, PathUri } from "../client/mod.ts";
import { ExecServerError } from "../client/mod.ts";
import { childUri } from "../protocol/path_uri.ts";
import { atServer } from "./at_server.ts";
import { complain } from "./complain.ts";
import { readFlags } from "./flags.ts";
import { help } from "./help.ts";
import { type Listed, longListing, plainName } from "./long_listing.ts";
import { readServerChoice, serverFlags } from "./server_options.ts";
import { pathAt } from "./server_path.ts";

// Metadata calls on their way at once, for servers that describe only one entry at a time.
const CALLS_AT_ONCE = 64;

interface ListOptions {
  readonly isLong: boolean;
  readonly showsHidden: boolean;
  readonly signal: AbortSignal;
}

/**
 * Lists directories, and files by themselves.
 * @param args flags, then paths; the server's directory when there is none
 * @returns 0, or 1 when something could not be listed
 * @throws {UsageError}
 */
export async function ls(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, [
    ...serverFlags,
    { name: "--long", short: "-l" },
    { name: "--all", short: "-a" },
    { name: "--help", short: "-h" },
  ]);
  if (flags.has("--help")) return help(["ls"]);
  const server = readServerChoice(flags);
  const paths = flags.rest.length === 0 ? ["."] : flags.rest;
  return await atServer(server, "ls", async (client, { starting: signal }) => {
    const options = { isLong: flags.has("--long"), showsHidden: flags.has("--all"), signal };
    let status = 0;
    for (const [index, path] of paths.entries()) {
      if (paths.length > 1) console.log(`${index > 0 ? "\n" : ""}${path}:`);
      const uri = pathAt(client, server, path);
      if (!await list(client, { path, uri }, options)) status = 1;
    }
    return status;
  });
}

/** Lists one path; false when it cannot be, which has then been said. */
async function list(
  client: ExecServerClient,
  { path, uri }: { readonly path: string; readonly uri: PathUri },
  options: ListOptions,
): Promise<boolean> {
  try {
    const own = await client.fs.getMetadata(uri, options);
    const entries = own.isDirectory
      ? await entriesOf(client, uri, options)
      : [{ name: path, metadata: own }];
    const lines = options.isLong
      ? longListing(entries, new Date())
      : entries.map(({ name }) => plainName(name));
    if (lines.length > 0) console.log(lines.join("\n"));
    return true;
  } catch (error) {
    if (!(error instanceof ExecServerError) || error.serverMessage === undefined) throw error;
    complain(`Cannot list "${path}": ${error.serverMessage}`);
    return false;
  }
}

async function entriesOf(
  client: ExecServerClient,
  directory: PathUri,
  { isLong, showsHidden, signal }: ListOptions,
): Promise<Listed[]> {
  const metadata = client.capabilities.fsMetadata;
  const found = await client.fs.readDirectory(
    directory,
    metadata ? { metadata, signal } : { signal },
  );
  const shown = found.filter(({ fileName }) => showsHidden || !fileName.startsWith("."));
  shown.sort((one, other) => one.fileName < other.fileName ? -1 : 1);
  const listed: Listed[] = [];
  for (let at = 0; at < shown.length; at += CALLS_AT_ONCE) {
    const some = shown.slice(at, at + CALLS_AT_ONCE);
    listed.push(...await Promise.all(some.map((entry) => describe(entry))));
  }
  return listed;

  async function describe(entry: DirectoryEntry): Promise<Listed> {
    const name = entry.fileName;
    if (!isLong || entry.metadata !== undefined) return { name, metadata: entry.metadata };
    return { name, metadata: await inspect(entry.path ?? childUri(directory, name)) };
  }

  async function inspect(uri: PathUri): Promise<Metadata | undefined> {
    try {
      return await client.fs.getMetadata(uri, { signal });
    } catch (error) {
      // It has gone, or may not be looked at; its name is shown all the same.
      if (error instanceof ExecServerError && error.serverMessage !== undefined) return undefined;
      throw error;
    }
  }
}
