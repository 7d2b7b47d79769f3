/** Which environments there are, and which of them is the default, from all that says so. Pure. @module */

import type { EnvironmentsFile } from "./environments_toml.ts";
import {
  EnvironmentSettingsError,
  LOCAL_ID,
  meansNone,
  type NamedEnvironment,
} from "./settings.ts";

/** The environments to work with. */
export interface EnvironmentList {
  /** The id of the default one; undefined when there is none. */
  readonly defaultId: string | undefined;
  /** Whether this machine is one of them. */
  readonly includesLocal: boolean;
  /** The others. */
  readonly environments: readonly NamedEnvironment[];
}

/** The name of the environment that a variable gives. */
const VARIABLE_ID = "remote";

/**
 * Puts files together. Each entry and each of the two settings is taken from the first file that
 * has it; without a `default` it is this machine, when that is included.
 * @throws {EnvironmentSettingsError} when the default is none of them
 */
export function chooseEnvironments(files: readonly EnvironmentsFile[]): EnvironmentList {
  const byId = new Map<string, NamedEnvironment>();
  for (const environment of files.flatMap(({ environments }) => environments)) {
    if (!byId.has(environment.id)) byId.set(environment.id, environment);
  }
  const environments = [...byId.values()];
  const includesLocal = files.find((file) => file.includesLocal !== undefined)?.includesLocal ??
    true;
  const said = files.find((file) => file.default !== undefined);
  const id = said?.default ?? (includesLocal ? LOCAL_ID : undefined);
  const complaint = defaultComplaint(id, { includesLocal, environments });
  if (complaint !== undefined) throw new EnvironmentSettingsError(complaint, said?.path);
  const isDisabled = id === undefined || meansNone(id);
  return { defaultId: isDisabled ? undefined : id, includesLocal, environments };
}

/** What is wrong with a default, if anything. */
function defaultComplaint(
  id: string | undefined,
  { includesLocal, environments }: Omit<EnvironmentList, "defaultId">,
): string | undefined {
  if (id === undefined) return undefined;
  if (id === "") return "default environment id cannot be empty";
  const isKnown = id === LOCAL_ID ? includesLocal : environments.some((it) => it.id === id);
  return isKnown || meansNone(id) ? undefined : `default environment \`${id}\` is not configured`;
}

/**
 * What a variable says: without a value only this machine, `none` no environment at all, else one
 * server and not this machine. The URL is looked at only when it is connected to.
 * @param name of the variable that has the value
 */
export function environmentsFromVariable(value: string, name: string): EnvironmentList {
  const url = value.trim();
  if (url === "") return { defaultId: LOCAL_ID, includesLocal: true, environments: [] };
  if (meansNone(url)) return { defaultId: undefined, includesLocal: false, environments: [] };
  const environments = [{ id: VARIABLE_ID, settings: { url }, source: name }];
  return { defaultId: VARIABLE_ID, includesLocal: false, environments };
}
