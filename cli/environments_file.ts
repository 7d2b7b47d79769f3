/** Our own `environments.toml`: read it, change it in one step, and keep it to its owner. @module */

import { basename, dirname, join } from "@std/path";
import {
  chooseEnvironments,
  type EnvironmentList,
} from "../client/environments/choose_environments.ts";
import {
  type EnvironmentsFile,
  parseEnvironments,
} from "../client/environments/environments_toml.ts";
import {
  codexEnvironmentsPath,
  ownEnvironmentsPath,
  readDocument,
  readEnvironmentsFile,
} from "../client/environments/home.ts";
import { EnvironmentSettingsError } from "../client/environments/settings.ts";

/** The file as it is, and what it means. */
export interface OwnEnvironments {
  /** Where it is, or would be. */
  readonly path: string;
  /** Its text; empty when it does not exist. */
  readonly document: string;
  /** What it says. */
  readonly file: EnvironmentsFile;
  /** What it says together with the reference's file. */
  readonly list: EnvironmentList;
  /** What the reference's file says, when there is one. */
  readonly codex: EnvironmentsFile | undefined;
}

/**
 * Reads the files.
 * @throws {EnvironmentSettingsError} when one of them cannot be used
 */
export async function readOwnEnvironments(): Promise<OwnEnvironments> {
  const path = ownEnvironmentsPath();
  const document = await readDocument(path) ?? "";
  const codexPath = codexEnvironmentsPath();
  const codex = codexPath === path ? undefined : await readEnvironmentsFile(codexPath);
  return understood({ path, document, codex });
}

/**
 * Puts a new text in the file's place, if it makes sense.
 * @returns what it says now
 * @throws {EnvironmentSettingsError} when it makes no sense, or cannot be written; the file is then
 * as it was
 */
export async function changeEnvironments(
  own: OwnEnvironments,
  document: string,
): Promise<OwnEnvironments> {
  const changed = understood({ ...own, document });
  try {
    await replaceFile(own.path, document);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EnvironmentSettingsError(`Cannot write: ${reason}`, own.path);
  }
  return changed;
}

function understood(
  { path, document, codex }: Pick<OwnEnvironments, "path" | "document" | "codex">,
): OwnEnvironments {
  const file = parseEnvironments(document, path);
  const list = chooseEnvironments(codex === undefined ? [file] : [file, codex]);
  return { path, document, codex, file, list };
}

async function replaceFile(path: string, document: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // A file that is kept elsewhere and linked here stays so.
  const target = await Deno.realPath(path).catch(() => path);
  const beside = join(dirname(target), `.${basename(target)}.${crypto.randomUUID()}`);
  try {
    // Nobody else may read a token in it, not even while it is written.
    await Deno.writeTextFile(beside, document, { createNew: true, mode: 0o600 });
    using file = await Deno.open(beside, { write: true });
    await file.sync();
    await Deno.rename(beside, target);
  } catch (error) {
    await Deno.remove(beside).catch(() => {});
    throw error;
  }
}
