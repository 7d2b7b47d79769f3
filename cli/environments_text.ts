/** Small edits of an `environments.toml` that leave the rest, comments too, as it is. Pure. @module */

import { type TomlStatement, tomlStatements } from "../client/environments/toml_statements.ts";

/** Values of an entry by key, in the order they are written. */
export type EntryValues = Readonly<Record<string, string | readonly string[]>>;

const ARRAY = "environments";

/** Adds an entry at the end. */
export function withEntry(document: string, values: EntryValues): string {
  const pairs = Object.entries(values).map(([key, value]) => `${key} = ${tomlValue(value)}\n`);
  return `${spaced(document)}[[${ARRAY}]]\n${pairs.join("")}`;
}

/**
 * Takes an entry out, with the comment right above it.
 * @param index which one, from 0
 * @returns undefined when the entries are not written as `[[environments]]`
 */
export function withoutEntry(document: string, index: number): string | undefined {
  const statements = tomlStatements(document);
  const headers = statements.filter(isHeader);
  const header = headers[index];
  if (header === undefined) return undefined;
  const first = statements.indexOf(header);
  const after = statements.findIndex((it, at) => at > first && endsEntry(it));
  const last = statements[(after < 0 ? statements.length : after) - 1] ?? header;
  const before = withoutLastComment(document.slice(0, header.start)).trimEnd();
  const rest = document.slice(last.end).replace(/^(?:[ \t]*\r?\n)+/, "");
  return before === "" || rest === "" ? ended(before) + rest : `${before}\n\n${rest}`;
}

/** Sets the default; `undefined` takes the setting out. */
export function withDefault(document: string, id: string | undefined): string {
  const statements = tomlStatements(document);
  const firstTable = statements.findIndex(({ kind }) => kind !== "pair");
  const settings = statements.slice(0, firstTable < 0 ? statements.length : firstTable);
  const present = settings.find(({ name }) => name === "default");
  if (present === undefined) {
    if (id === undefined) return document;
    const at = settings[0]?.start ?? 0;
    const gap = settings.length > 0 || document === "" ? "\n" : "\n\n";
    return `${document.slice(0, at)}default = ${tomlValue(id)}${gap}${document.slice(at)}`;
  }
  if (id === undefined) {
    const rest = document.slice(present.end);
    return document.slice(0, present.start) + (present.start === 0 ? rest.trimStart() : rest);
  }
  const { start, end } = present.value;
  return document.slice(0, start) + tomlValue(id) + document.slice(end);
}

function isHeader({ kind, name }: TomlStatement): boolean {
  return kind === "array" && name === ARRAY;
}

/** Whether a statement begins something else; `[environments.env]` still belongs to the entry. */
function endsEntry(statement: TomlStatement): boolean {
  return isHeader(statement) ||
    (statement.kind !== "pair" && !statement.name.startsWith(`${ARRAY}.`));
}

function withoutLastComment(text: string): string {
  return text.replace(/(?:(?<=^|\n)[ \t]*#[^\n]*\n)+$/, "");
}

function spaced(document: string): string {
  const text = document.trimEnd();
  return text === "" ? "" : `${text}\n\n`;
}

function ended(text: string): string {
  return text === "" ? "" : `${text}\n`;
}

function tomlValue(value: string | readonly string[]): string {
  if (typeof value !== "string") return `[${value.map(tomlValue).join(", ")}]`;
  // A JSON text is a TOML text, but for DEL.
  return JSON.stringify(value).replaceAll("\x7f", "\\u007F");
}
