/** `env default` and `env remove`: change what our own file says. @module */

import { EnvironmentSettingsError, LOCAL_ID, meansNone } from "../client/environments/settings.ts";
import {
  changeEnvironments,
  type OwnEnvironments,
  readOwnEnvironments,
} from "./environments_file.ts";
import { withDefault, withoutEntry } from "./environments_text.ts";
import { readFlags } from "./flags.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Chooses the default: an id, this machine (`local`), or `none`.
 * @throws {UsageError}
 * @throws {EnvironmentSettingsError}
 */
export async function envDefault(args: readonly string[]): Promise<number> {
  const id = oneId(args, "env default ID, local or none");
  const own = await readOwnEnvironments();
  await changeEnvironments(own, withDefault(own.document, id));
  console.log(meansNone(id) ? "There is no default" : `The default is ${id}`);
  return 0;
}

/**
 * Takes an entry out. When it was the default, that setting goes with it.
 * @throws {UsageError}
 * @throws {EnvironmentSettingsError}
 */
export async function envRemove(args: readonly string[]): Promise<number> {
  const id = oneId(args, "env remove ID");
  const own = await readOwnEnvironments();
  const index = own.file.environments.findIndex((it) => it.id === id);
  if (index < 0) throw notOurs(own, id);
  const document = withoutEntry(own.document, index);
  if (document === undefined) {
    const text = `Cannot remove ${id}: it is not written as [[environments]]`;
    throw new EnvironmentSettingsError(text, own.path);
  }
  const isStillThere = own.codex?.environments.some((it) => it.id === id) === true;
  const losesDefault = own.file.default === id && !isStillThere;
  const rest = losesDefault ? withDefault(document, undefined) : document;
  const { path, list } = await changeEnvironments(own, rest);
  const now = losesDefault ? `; the default is now ${list.defaultId ?? "none"}` : "";
  console.log(`Removed ${id} from ${path}${now}`);
  return 0;
}

function oneId(args: readonly string[], wanted: string): string {
  const [id, extra] = readFlags(args, []).rest;
  if (id === undefined || extra !== undefined) {
    throw new UsageError(`One name is needed: wanted ${wanted}`);
  }
  return id;
}

function notOurs({ path, codex }: OwnEnvironments, id: string): EnvironmentSettingsError {
  const elsewhere = codex?.environments.find((it) => it.id === id)?.source;
  const place = elsewhere === undefined ? "there is no such environment" : `it is in ${elsewhere}`;
  const reason = id === LOCAL_ID ? "this machine has no entry" : place;
  return new EnvironmentSettingsError(`Cannot remove ${id}: ${reason}`, path);
}
