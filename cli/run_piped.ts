/** Runs a command over pipes: input, output and errors pass through, each on its own. @module */

import type { ExecServerClient, RemoteProcess, StartRequest } from "../client/mod.ts";
import { complain } from "./complain.ts";
import { statusOf } from "./failure.ts";
import { forwardInput, forwardOutput, hasInput, standardInput } from "./forward.ts";
import { startCommand } from "./start_command.ts";
import type { StopSignals } from "./stop_signals.ts";

/** What to run, and how. */
export interface PipedRun {
  /** The command. */
  readonly request: StartRequest;
  /** Whether to give it no input, whatever there is. */
  readonly noStdin: boolean;
}

/**
 * Runs it.
 * @returns the exit status
 * @throws {CannotRun} @throws {OutputBroken} @throws {ExecServerError}
 */
export async function runPiped(
  client: ExecServerClient,
  signals: StopSignals,
  { request, noStdin }: PipedRun,
): Promise<number> {
  const pipeStdin = !noStdin && hasInput();
  const process = await startCommand(client, { ...request, pipeStdin }, signals.starting);
  signals.attach(process);
  if (pipeStdin) void feed(client, process);
  return await Promise.race([forwardOutput(process, Deno).then(statusOf), signals.givenUp]);
}

async function feed(client: ExecServerClient, process: RemoteProcess): Promise<void> {
  let hasEnded = false;
  // How it ended, or was lost, is reported by the reader of the output.
  process.exit.catch(() => {}).finally(() => hasEnded = true);
  if (!await forwardInput(standardInput(), process) || hasEnded) return;
  if (!client.capabilities.processCloseStdin) {
    complain("The input has ended, but this server has no way to tell the command so");
    return;
  }
  await process.closeStdin().catch(() => {});
}
