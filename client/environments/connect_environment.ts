/** Connects to an environment as its settings say. @module */

import { limits } from "../../protocol/limits.ts";
import type { ExecServerClient } from "../client.ts";
import type { ClientOptions } from "../connect_transport.ts";
import { connectWebSocket } from "../connect_websocket.ts";
import { ExecServerError } from "../errors.ts";
import { shownUrl, urlComplaint, urlForm } from "./environment_url.ts";
import {
  type EnvironmentSettings,
  isUrlSettings,
  type ProgramSettings,
  type UrlSettings,
} from "./settings.ts";
import { parseSshUrl } from "./ssh_url.ts";

/** How connections are made. */
export type EnvironmentConnector = (
  settings: EnvironmentSettings,
  options: ClientOptions,
) => Promise<ExecServerClient>;

/**
 * Opens a session with an environment.
 *
 * ```ts
 * import { connectEnvironment } from "exec-server-client/environments";
 *
 * await using client = await connectEnvironment({
 *   program: "exec-server",
 *   args: ["--listen", "stdio"],
 * });
 * console.log(client.sessionId.length);
 * ```
 * @throws {ExecServerError} `connect` when the URL is none, and what `connectWebSocket` and
 * `connectStdio` throw
 */
export async function connectEnvironment(
  settings: EnvironmentSettings,
  options: ClientOptions = {},
): Promise<ExecServerClient> {
  const { initializeTimeoutMs = options.initializeTimeoutMs } = settings;
  const timely = initializeTimeoutMs === undefined ? options : { ...options, initializeTimeoutMs };
  return isUrlSettings(settings)
    ? await connectUrl(settings, timely)
    : await connectProgram(settings, timely);
}

async function connectUrl(settings: UrlSettings, options: ClientOptions) {
  const { url, bearerToken, connectTimeoutMs = limits.connectMs } = settings;
  // A variable's value has not been looked at before.
  const complaint = urlComplaint(url);
  if (complaint !== undefined) throw new ExecServerError("connect", sentence(complaint));
  if (urlForm(url) === "ssh") {
    const { initializeTimeoutMs = limits.initializeMs } = options;
    // What ssh does before the server starts has the time of a connection.
    const patient = { ...options, initializeTimeoutMs: connectTimeoutMs + initializeTimeoutMs };
    return await connectProgram(sshSettings(url), patient);
  }
  const authorization = bearerToken === undefined
    ? undefined
    : { authorization: `Bearer ${bearerToken}` };
  const headers = { ...settings.headers, ...authorization };
  return await connectWebSocket({ ...options, url, headers, connectTimeoutMs });
}

function sshSettings(url: string): ProgramSettings {
  const command = parseSshUrl(url);
  if ("fault" in command) throw new ExecServerError("connect", `No ssh URL: ${command.fault}`);
  return command;
}

async function connectProgram(settings: ProgramSettings, options: ClientOptions) {
  // Loaded when needed: it is of no use where no programs can be started.
  const { connectStdio } = await import("../stdio.ts");
  const { program, args = [], env = {}, cwd } = settings;
  const place = cwd === undefined ? {} : { cwd };
  return await connectStdio({ ...options, program, args, env, ...place });
}

function sentence(complaint: string): string {
  return complaint.charAt(0).toUpperCase() + complaint.slice(1);
}

/** How an environment is reached, in one line without secrets. */
export function describeSettings(settings: EnvironmentSettings): string {
  return isUrlSettings(settings)
    ? shownUrl(settings.url)
    : [settings.program, ...settings.args ?? []].join(" ");
}
