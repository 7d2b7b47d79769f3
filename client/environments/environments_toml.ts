/** Reads `environments.toml`: the reference's schema, defaults, checks and texts. @module */

import { parse } from "@std/toml";
import {
  type EnvironmentSettings,
  EnvironmentSettingsError,
  type LooseSettings,
  type NamedEnvironment,
  settingsComplaint,
} from "./settings.ts";
import { flag, list, map, seconds, secret, ShapeFault, table, text } from "./toml_shape.ts";
import { duplicateKey, tomlStatements } from "./toml_statements.ts";

/** What one file says. */
export interface EnvironmentsFile {
  /** Where it is. */
  readonly path: string;
  /** `default`, without blanks around it; undefined when it says nothing. */
  readonly default: string | undefined;
  /** `include_local`; undefined when it says nothing. */
  readonly includesLocal: boolean | undefined;
  /** In the order of the file. */
  readonly environments: readonly NamedEnvironment[];
}

/** The ten keys of an entry, in the reference's order. */
const entryShape = table("EnvironmentToml", {
  id: text,
  skills: table("ScopedSkillsConfig", { required: list(text) }),
  url: text,
  auth_bearer_token: secret,
  program: text,
  args: list(text),
  env: map(secret),
  cwd: text,
  connect_timeout_sec: seconds,
  initialize_timeout_sec: seconds,
});

const fileShape = table("EnvironmentsToml", {
  default: text,
  include_local: flag,
  environments: list((value, place) => {
    const { id, ...rest } = entryShape(value, place);
    if (id === undefined) throw new ShapeFault("missing field `id`", place);
    return { id, ...rest };
  }),
});

type Entry = Partial<Omit<ReturnType<typeof entryShape>, "id">>;

/**
 * Reads the text of a file. Whether `default` names an environment is left to `chooseEnvironments`,
 * because another file may have it.
 * @param path for complaints; its directory is what a relative `cwd` counts from
 * @throws {EnvironmentSettingsError}
 */
export function parseEnvironments(document: string, path: string): EnvironmentsFile {
  const { default: wanted, include_local, environments = [] } = decode(document, path);
  const found = new Map<string, NamedEnvironment>();
  for (const { id, ...entry } of environments) {
    const loose = looseSettings(entry);
    const complaint = settingsComplaint(id, loose) ??
      (found.has(id) ? `environment id \`${id}\` is duplicated` : undefined);
    if (complaint !== undefined) throw new EnvironmentSettingsError(complaint, path);
    found.set(id, { id, settings: settle(loose, directoryOf(path)), source: path });
  }
  const list = [...found.values()];
  return { path, default: wanted?.trim(), includesLocal: include_local, environments: list };
}

function decode(document: string, path: string): ReturnType<typeof fileShape> {
  try {
    const value = fileShape(parse(document), "");
    if (duplicateKey(tomlStatements(document)) === undefined) return value;
    throw new ShapeFault("duplicate key", "");
  } catch (error) {
    if (!(error instanceof ShapeFault || error instanceof SyntaxError)) throw error;
    const place = error instanceof ShapeFault && error.place !== ""
      ? `\nin \`${error.place}\``
      : "";
    const text = `failed to parse environment config \`${path}\`: ${reasonIn(error)}${place}`;
    throw new EnvironmentSettingsError(text, path);
  }
}

/** The parser's words without the line it quotes, which may hold a token. */
function reasonIn(error: Error): string {
  return error instanceof ShapeFault ? error.message : error.message.replace(/ on line '.*$/s, "");
}

function looseSettings(entry: Entry): LooseSettings {
  return {
    url: entry.url,
    bearerToken: entry.auth_bearer_token,
    program: entry.program,
    args: entry.args,
    env: entry.env,
    cwd: entry.cwd,
    connectTimeoutMs: entry.connect_timeout_sec,
    initializeTimeoutMs: entry.initialize_timeout_sec,
    requiredSkills: entry.skills?.required,
  };
}

/** Settings that have passed the checks, with what was left out left out. */
function settle(loose: LooseSettings, directory: string): EnvironmentSettings {
  const { url, program = "", cwd, ...rest } = loose;
  const given = Object.fromEntries(Object.entries(rest).filter(([, it]) => it !== undefined));
  if (url !== undefined) return { ...given, url: url.trim() };
  const place = cwd === undefined ? {} : { cwd: below(directory, cwd) };
  return { ...given, ...place, program: program.trim() };
}

function directoryOf(path: string): string {
  return path.replace(/[/\\][^/\\]*$/, "") || "/";
}

function below(directory: string, path: string): string {
  const isAbsolute = /^([/\\]|[A-Za-z]:[/\\])/.test(path);
  return isAbsolute ? path : path === "" ? directory : `${directory}/${path}`;
}
