/** The environment that `--on` names. @module */

import { type ClientOptions, type ExecServerClient, ExecServerError } from "../client/mod.ts";
import type { EnvironmentList } from "../client/environments/choose_environments.ts";
import { connectEnvironment } from "../client/environments/connect_environment.ts";
import { readEnvironments } from "../client/environments/home.ts";
import { EnvironmentSettingsError } from "../client/environments/settings.ts";

/**
 * Connects to an environment other than this machine.
 * @throws {ExecServerError} `connect` when the files that name it cannot be used or do not name it,
 * and what connecting throws
 */
export async function connectToEnvironment(
  id: string,
  options: ClientOptions,
): Promise<ExecServerClient> {
  const { environments } = await knownEnvironments();
  const found = environments.find((it) => it.id === id);
  if (found !== undefined) return await connectEnvironment(found.settings, options);
  const known = environments.map((it) => it.id).join(", ") || "none";
  const text = `No environment is named "${id}": there is ${known} (see exec-server env list)`;
  throw new ExecServerError("connect", text);
}

async function knownEnvironments(): Promise<EnvironmentList> {
  try {
    return await readEnvironments();
  } catch (error) {
    if (!(error instanceof EnvironmentSettingsError)) throw error;
    throw new ExecServerError("connect", settingsProblem(error), { cause: error });
  }
}

/** What is wrong with settings, and in which file. */
export function settingsProblem({ message, path }: EnvironmentSettingsError): string {
  const isNamed = path === undefined || message.includes(path);
  return isNamed ? message : `${message} (${path})`;
}
