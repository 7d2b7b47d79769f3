/** `env`: names for servers, kept in a file. @module */

import { EnvironmentSettingsError } from "../client/environments/settings.ts";
import { complain } from "./complain.ts";
import { settingsProblem } from "./environment_choice.ts";
import { envAdd } from "./env_add.ts";
import { envCheck } from "./env_check.ts";
import { envDefault, envRemove } from "./env_edit.ts";
import { envList } from "./env_list.ts";
import { help } from "./help.ts";
import { UsageError } from "./usage_error.ts";

type Action = (args: readonly string[]) => Promise<number>;

const actions: ReadonlyMap<string, Action> = new Map([
  ["list", envList],
  ["add", envAdd],
  ["test", envCheck],
  ["default", envDefault],
  ["remove", envRemove],
]);

/**
 * Lists, adds, tries, chooses or removes environments.
 * @param args what to do, and its own arguments
 * @returns 0, or 1 when it could not be done
 * @throws {UsageError}
 */
export async function env(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const asksHelp = [name, ...rest].some((word) => word === "--help" || word === "-h");
  if (name === undefined || asksHelp) return help(["env"]);
  const action = actions.get(name);
  if (action === undefined) {
    const known = [...actions.keys()].join(", ");
    throw new UsageError(`Unknown action "env ${name}": wanted one of ${known}`);
  }
  try {
    return await action(rest);
  } catch (error) {
    if (!(error instanceof EnvironmentSettingsError)) throw error;
    complain(settingsProblem(error));
    return 1;
  }
}
