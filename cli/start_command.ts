/** Starts a command at a server: where, with which variables and in which sandbox the user says. @module */

import {
  type ExecServerClient,
  ExecServerError,
  type RemoteProcess,
  type StartRequest,
} from "../client/mod.ts";
import { CannotRun } from "./failure.ts";
import type { PlaceOptions } from "./place_options.ts";
import { intentOf, type SandboxChoice } from "./sandbox_option.ts";
import { pathAt } from "./server_path.ts";

/** Where a command runs and with what. */
export interface CommandPlace extends PlaceOptions {
  /** Whether to begin without any variables. */
  readonly clearEnv: boolean;
  /** What to hold it to; undefined for nothing. */
  readonly sandbox: SandboxChoice | undefined;
}

/** The part of a request that says where, with which variables, and in which sandbox. */
export type PlaceRequest = Pick<StartRequest, "cwd" | "env" | "envPolicy" | "sandbox">;

/**
 * Says it to the server.
 * @throws {ExecServerError} `notSupported` when the server does not tell its directory
 */
export function placeRequest(client: ExecServerClient, place: CommandPlace): PlaceRequest {
  const uriOf = (path: string) => pathAt(client, place.server, path);
  const cwd = uriOf(place.cwd ?? ".");
  const { sandbox } = place;
  return {
    cwd,
    env: place.env,
    ...(place.clearEnv ? {} : { envPolicy: inheritedEnv(place) }),
    ...(sandbox === undefined ? {} : { sandbox: intentOf(sandbox, { cwd, uriOf }) }),
  };
}

/**
 * Starts the command.
 * @throws {CannotRun} when the server refuses
 * @throws {ExecServerError}
 */
export async function startCommand(
  client: ExecServerClient,
  request: StartRequest,
  signal: AbortSignal,
): Promise<RemoteProcess> {
  try {
    return await client.start(request, { signal });
  } catch (error) {
    const isRefused = error instanceof ExecServerError && error.serverMessage !== undefined;
    if (!isRefused) throw error;
    const { argv: [program = ""], sandbox } = request;
    throw new CannotRun(error, { program, isSandboxed: sandbox !== undefined });
  }
}

function inheritedEnv({ server }: CommandPlace): NonNullable<StartRequest["envPolicy"]> {
  // A child of our own runs on the user's machine, for the user: nothing needs to be held back.
  const ignoreDefaultExcludes = server.kind === "own";
  return { inherit: "all", ignoreDefaultExcludes, exclude: [], set: {}, includeOnly: [] };
}
