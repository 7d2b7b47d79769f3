/** Starts a command at a server, in the place and with the variables that the command line names. @module */

import {
  type ExecServerClient,
  ExecServerError,
  type RemoteProcess,
  type StartRequest,
} from "../client/mod.ts";
import { CannotRun } from "./failure.ts";
import type { PlaceOptions } from "./place_options.ts";
import { pathAt } from "./server_path.ts";

/** Where a command runs and with what. */
export interface CommandPlace extends PlaceOptions {
  /** Whether to begin without any variables. */
  readonly clearEnv: boolean;
}

/** The part of a request that says where, and with which variables. */
export type PlaceRequest = Pick<StartRequest, "cwd" | "env" | "envPolicy">;

/**
 * Says it to the server.
 * @throws {ExecServerError} `notSupported` when the server does not tell its directory
 */
export function placeRequest(client: ExecServerClient, place: CommandPlace): PlaceRequest {
  return {
    cwd: pathAt(client, place.server, place.cwd ?? "."),
    env: place.env,
    ...(place.clearEnv ? {} : { envPolicy: inheritedEnv(place) }),
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
    throw new CannotRun(request.argv[0] ?? "", error);
  }
}

function inheritedEnv({ server }: CommandPlace): NonNullable<StartRequest["envPolicy"]> {
  // A child of our own runs on the user's machine, for the user: nothing needs to be held back.
  const ignoreDefaultExcludes = server.kind === "own";
  return { inherit: "all", ignoreDefaultExcludes, exclude: [], set: {}, includeOnly: [] };
}
