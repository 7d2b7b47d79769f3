/** `exec`: runs one command through a server, as if it ran here. @module */

import { resolve } from "@std/path";
import type { ExecServerClient, RemoteProcess, StartRequest } from "../client/mod.ts";
import { ExecServerError } from "../client/mod.ts";
import { realClock } from "../protocol/clock.ts";
import { nativePath, pathToUri, type PathUri, PathUriError } from "../protocol/path_uri.ts";
import { type ExecOptions, readExecOptions } from "./exec_options.ts";
import { connectTo } from "./exec_server_choice.ts";
import { forwardInput, forwardOutput, hasInput, OutputBroken } from "./forward.ts";
import { help } from "./help.ts";
import { processSignals, StopSignals } from "./stop_signals.ts";

/** Exit statuses of `exec` itself, as those of a shell and of env(1). */
const statuses = { failed: 125, notExecutable: 126, notFound: 127, brokenPipe: 141 } as const;

/**
 * Runs a command.
 * @param args flags, then the command
 * @returns the command's exit status, or one of `statuses`
 * @throws {UsageError}
 */
export async function exec(args: readonly string[]): Promise<number> {
  const options = readExecOptions(args);
  if (options === undefined) return help(["exec"]);
  using signals = new StopSignals(processSignals, realClock);
  try {
    await using client = await connectTo(options.server, signals.starting);
    const pipeStdin = !options.noStdin && hasInput();
    const request = startRequest(client, options, pipeStdin);
    const process = await client.start(request, { signal: signals.starting });
    signals.attach(process);
    return await Promise.race([forward(client, process, pipeStdin), signals.givenUp]);
  } catch (error) {
    if (signals.starting.aborted) return await signals.givenUp;
    return report(error, options);
  }
}

function startRequest(
  client: ExecServerClient,
  options: ExecOptions,
  pipeStdin: boolean,
): StartRequest {
  return {
    argv: options.argv,
    cwd: directory(client, options),
    pipeStdin,
    env: options.env,
    ...(options.clearEnv ? {} : { envPolicy: inheritedEnv(options) }),
  };
}

function inheritedEnv({ server }: ExecOptions): NonNullable<StartRequest["envPolicy"]> {
  // A child of our own runs on the user's machine, for the user: nothing needs to be held back.
  const ignoreDefaultExcludes = server.kind === "own";
  return { inherit: "all", ignoreDefaultExcludes, exclude: [], set: {}, includeOnly: [] };
}

/** A relative directory counts from here, or from where another server is. */
function directory(client: ExecServerClient, { server, cwd = "." }: ExecOptions): PathUri {
  if (cwd.startsWith("file:")) return cwd;
  if (server.kind === "own") return pathToUri(resolve(cwd));
  const base = client.environmentInfo.cwd;
  if (base !== undefined && base !== null) {
    // Only the form of the path counts here, and that is the same on every Unix.
    return cwd === "." ? base : pathToUri(resolve(nativePath(base, "linux"), cwd));
  }
  if (cwd.startsWith("/")) return pathToUri(cwd);
  const text = "The server does not tell its directory: --cwd must be absolute";
  throw new ExecServerError("notSupported", text);
}

/** Carries everything to and fro until the command has ended; returns its exit code. */
async function forward(
  client: ExecServerClient,
  process: RemoteProcess,
  pipeStdin: boolean,
): Promise<number> {
  if (pipeStdin) void feed(client, process);
  try {
    // The system knows eight bits of an exit status.
    return await forwardOutput(process, Deno) & 0xff;
  } catch (error) {
    // It may run elsewhere, where nobody would end it for us.
    if (error instanceof OutputBroken) process.terminate().catch(() => {});
    throw error;
  }
}

async function feed(client: ExecServerClient, process: RemoteProcess): Promise<void> {
  let hasEnded = false;
  // How it ended, or was lost, is reported by the reader of the output.
  process.exit.catch(() => {}).finally(() => hasEnded = true);
  if (!await forwardInput(Deno.stdin.readable, process) || hasEnded) return;
  if (!client.capabilities.processCloseStdin) {
    complain("The input has ended, but this server has no way to tell the command so");
    return;
  }
  await process.closeStdin().catch(() => {});
}

function report(error: unknown, options: ExecOptions): number {
  if (error instanceof OutputBroken) return statuses.brokenPipe;
  const isForeseen = error instanceof ExecServerError || error instanceof PathUriError;
  if (!isForeseen) throw error;
  if (error instanceof PathUriError || error.serverMessage === undefined) {
    complain(error.message);
    return statuses.failed;
  }
  const [program] = options.argv;
  complain(`Cannot run "${program}": ${error.serverMessage}`);
  return startFailureStatus(error.serverMessage);
}

/** What a shell would exit with. The system's error number is part of every server's words. */
function startFailureStatus(serverMessage: string): number {
  const [, errno, about] = /\(os error (\d+)\)(: cwd )?/.exec(serverMessage) ?? [];
  if (serverMessage.startsWith("missing program")) return statuses.notFound;
  if (errno === undefined || about !== undefined) return statuses.failed;
  return errno === "2" ? statuses.notFound : statuses.notExecutable;
}

/** One line on standard error, under this program's name. */
function complain(message: string): void {
  console.error(`exec-server: ${message.replace(/^exec-server /, "")}`);
}
