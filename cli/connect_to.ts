/** Connects to the server that the command line names. @module */

import type { ClientOptions, ExecServerClient } from "../client/mod.ts";
import { connectWebSocket, ExecServerError } from "../client/mod.ts";
import { connectStdio } from "../client/stdio.ts";
import { ownProgram } from "../server/own_program.ts";
import type { ServerChoice } from "./server_options.ts";

/**
 * Opens a session with back-pressure: the connection runs one process only.
 * @param subcommand names this program to the server
 * @throws {ExecServerError}
 */
export async function connectTo(
  server: ServerChoice,
  subcommand: string,
  signal: AbortSignal,
): Promise<ExecServerClient> {
  const clientName = `exec-server ${subcommand}`;
  const recovery = "recoveryMs" in server ? { recoveryTimeoutMs: server.recoveryMs } : {};
  const options: ClientOptions = { clientName, backpressure: true, signal, ...recovery };
  switch (server.kind) {
    case "url": {
      const token = await readToken(server.tokenFile);
      const headers: Record<string, string> = token === undefined
        ? {}
        : { authorization: `Bearer ${token}` };
      return await connectWebSocket({ ...options, url: server.url, headers });
    }
    case "stdio": {
      const [program = "", ...args] = server.command;
      return await connectStdio({ ...options, program, args });
    }
    case "environment": {
      const { connectToEnvironment } = await import("./environment_choice.ts");
      return await connectToEnvironment(server.id, options);
    }
    case "own":
      return await connectStdio({
        ...options,
        ...ownProgram(["--listen", "stdio", "--ignore-interrupts"]),
        sharesGroup: true,
      });
  }
}

async function readToken(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return Deno.env.get("EXEC_SERVER_TOKEN")?.trim() || undefined;
  try {
    return (await Deno.readTextFile(file)).trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExecServerError("connect", `Cannot read the token: ${reason}`, { cause: error });
  }
}
