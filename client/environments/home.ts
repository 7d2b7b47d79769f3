/** Finds and reads the files and variables that name environments. @module */

import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { reasonOf } from "../errors.ts";
import {
  chooseEnvironments,
  type EnvironmentList,
  environmentsFromVariable,
} from "./choose_environments.ts";
import { type EnvironmentsFile, parseEnvironments } from "./environments_toml.ts";
import { EnvironmentSettingsError } from "./settings.ts";

const FILE_NAME = "environments.toml";
const VARIABLES = ["EXEC_SERVER_URL", "CODEX_EXEC_SERVER_URL"];

/** Our own file: in `$EXEC_SERVER_HOME`, by default `~/.config/exec-server`. */
export function ownEnvironmentsPath(): string {
  const home = process.env["EXEC_SERVER_HOME"] || join(homedir(), ".config", "exec-server");
  return join(home, FILE_NAME);
}

/** The reference's file: in `$CODEX_HOME`, by default `~/.codex`. */
export function codexEnvironmentsPath(): string {
  return join(process.env["CODEX_HOME"] || join(homedir(), ".codex"), FILE_NAME);
}

/**
 * Reads `environments.toml` of a directory, or both files, of which ours goes first. Without any
 * file the variables count.
 * @throws {EnvironmentSettingsError}
 */
export async function readEnvironments(directory?: string): Promise<EnvironmentList> {
  const paths = directory === undefined
    ? [ownEnvironmentsPath(), codexEnvironmentsPath()]
    : [join(directory, FILE_NAME)];
  const files = (await Promise.all([...new Set(paths)].map(readEnvironmentsFile)))
    .filter((file) => file !== undefined);
  return files.length === 0 ? environmentsFromVariables() : chooseEnvironments(files);
}

/** What `EXEC_SERVER_URL` says, else `CODEX_EXEC_SERVER_URL`; blank ones count as unset. */
export function environmentsFromVariables(): EnvironmentList {
  const name = VARIABLES.find((it) => process.env[it]?.trim());
  return environmentsFromVariable(name === undefined ? "" : process.env[name] ?? "", name ?? "");
}

/**
 * Reads one file; undefined when it does not exist.
 * @throws {EnvironmentSettingsError}
 */
export async function readEnvironmentsFile(path: string): Promise<EnvironmentsFile | undefined> {
  const document = await readDocument(path);
  return document === undefined ? undefined : parseEnvironments(document, path);
}

/**
 * The text of a file; undefined when it does not exist.
 * @throws {EnvironmentSettingsError}
 */
export async function readDocument(path: string): Promise<string | undefined> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    const text = `failed to read environment config \`${path}\`: ${reasonOf(error)}`;
    throw new EnvironmentSettingsError(text, path);
  }
}
