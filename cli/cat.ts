/** `cat`: prints files of a server's machine. @module */

import type { ExecServerClient } from "../client/mod.ts";
import { ExecServerError } from "../client/mod.ts";
import { atServer } from "./at_server.ts";
import { complain } from "./complain.ts";
import { readFlags } from "./flags.ts";
import { writeAll } from "./forward.ts";
import { help } from "./help.ts";
import { readServerChoice, serverFlags } from "./server_options.ts";
import { pathAt } from "./server_path.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Prints files one after the other.
 * @param args flags, then paths
 * @returns 0, or 1 when one of them could not be read
 * @throws {UsageError}
 */
export async function cat(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, [...serverFlags, { name: "--help", short: "-h" }]);
  if (flags.has("--help")) return help(["cat"]);
  if (flags.rest.length === 0) throw new UsageError("No file to print: wanted one path or more");
  const server = readServerChoice(flags);
  return await atServer(server, "cat", async (client, { starting }) => {
    let status = 0;
    for (const path of flags.rest) {
      if (!await print(client, { path, uri: pathAt(client, server, path) }, starting)) status = 1;
    }
    return status;
  });
}

/** Prints one file; false when it cannot be read, which has then been said. */
async function print(
  client: ExecServerClient,
  { path, uri }: { readonly path: string; readonly uri: string },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    for await (const block of client.fs.readable(uri, { signal })) {
      await writeAll(Deno.stdout, block);
    }
    return true;
  } catch (error) {
    // Another file may be readable; without a connection none is.
    if (!(error instanceof ExecServerError) || error.serverMessage === undefined) throw error;
    complain(`Cannot print "${path}": ${error.serverMessage}`);
    return false;
  }
}
