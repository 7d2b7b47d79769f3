/** Writes `docs/protocol.md` from the method table; with `--check`, says whether it is up to date. @module */

import { type ErrorKey, errors } from "../protocol/errors.ts";
import { notifications, requests } from "../protocol/methods/mod.ts";
import { type DocType, docTypes } from "./doc_types.ts";
import { root } from "./source_files.ts";

const page = "docs/protocol.md";
const intro = `# Protocol

<!-- Written by \`./dev docs\` from the tables in protocol/. Edit those. -->

Messages are JSON-RPC 2.0 without the \`jsonrpc\` member: one per WebSocket text message, or one per line
over standard input and output. \`initialize\` comes first, then the notification \`initialized\`, then
everything else. Byte strings (\`Uint8Array\` below) are standard padded base64 on the wire; paths
(\`PathUri\`) are \`file:\` URLs. Unknown members of an object are ignored. \`?\` marks a member that may be absent.
`;

type Types = ReadonlyMap<string, DocType>;

/** The page as text, from the tables of methods and errors. */
export async function protocolPage(): Promise<string> {
  const types = await docTypes("protocol/mod.ts");
  const shown = new Set<string>();
  const parts = [intro, "## Requests", requestIndex()];
  for (const name of keysOf(requests)) parts.push(...requestPart(name, types, shown));
  parts.push("## Notifications");
  for (const name of keysOf(notifications)) parts.push(...notificationPart(name, types, shown));
  parts.push("## Types", ...mentionedTypes(types, shown));
  parts.push("## Errors", errorTable());
  return parts.map((part) => part.trim()).filter((part) => part !== "").join("\n\n") + "\n";
}

function requestIndex(): string {
  const rows = keysOf(requests).map((name) =>
    `| [\`${name}\`](#${anchor(name)}) | ${requests[name].summary} |`
  );
  return ["| method | |", "| --- | --- |", ...rows].join("\n");
}

function requestPart(name: keyof typeof requests, types: Types, shown: Set<string>): string[] {
  const row = requests[name];
  const facts = [
    row.phase === "handshake" ? "Allowed at once." : "Allowed after the handshake.",
    row.lane === "control" ? "Never waits behind ordinary requests." : "",
    row.ordering === "process" ? "In order of arrival among requests of the same process." : "",
    row.since.startsWith("extension") ? `An ${row.since}.` : `Since ${row.since}.`,
  ].filter((fact) => fact !== "").join(" ");
  const keys: readonly ErrorKey[] = row.errors;
  const codes = keys.map((key) => `\`${key}\` (${errors[key].code})`).join(", ");
  return [
    `### ${name}`,
    row.summary,
    facts,
    ...typePart("Parameters", row.paramsType, types, shown),
    ...typePart("Result", row.resultType, types, shown),
    codes === "" ? "" : `Errors: ${codes}.`,
  ];
}

function notificationPart(
  name: keyof typeof notifications,
  types: Types,
  shown: Set<string>,
): string[] {
  const row = notifications[name];
  const sender = row.direction === "toServer" ? "Sent by the client." : "Sent by the server.";
  return [
    `### ${name}`,
    row.summary,
    `${sender} Since ${row.since}.`,
    ...typePart("Parameters", row.paramsType, types, shown),
  ];
}

function typePart(title: string, name: string, types: Types, shown: Set<string>): string[] {
  const type = types.get(name);
  if (type === undefined) return [`${title}: ${name}.`];
  shown.add(name);
  const doc = type.members.length === 0 ? ": an empty object." : "";
  return [`**${title}** (\`${name}\`)${doc}`, members(type)];
}

/** Types that are mentioned by those shown, and by these in turn, in order of first mention. */
function mentionedTypes(types: Types, shown: ReadonlySet<string>): string[] {
  const parts: string[] = [];
  const done = new Set(shown);
  const queue = [...shown].flatMap((name) => types.get(name)?.mentions ?? []);
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const type = types.get(name);
    if (type === undefined || done.has(name)) continue;
    done.add(name);
    queue.push(...type.mentions);
    const alias = type.alias === undefined ? "" : `\`${type.alias}\``;
    parts.push(`### ${name}`, type.doc, alias, members(type));
  }
  return parts;
}

function members(type: DocType): string {
  if (type.members.length === 0) return "";
  const rows = type.members.map(({ name, optional, type: text, doc }) =>
    `| \`${name}${optional ? "?" : ""}\` | \`${cell(text)}\` | ${cell(doc)} |`
  );
  return ["| member | type | |", "| --- | --- | --- |", ...rows].join("\n");
}

function errorTable(): string {
  const rows = keysOf(errors).map((key) =>
    `| \`${key}\` | ${errors[key].code} | ${cell(errors[key].when)} |`
  );
  return [
    "Keys are this project's names for causes; the wire carries the code and a sentence.",
    ["| key | code | sent when |", "| --- | --- | --- |", ...rows].join("\n"),
  ].join("\n\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** The anchor that renderers of Markdown make for a heading. */
function anchor(heading: string): string {
  return heading.toLowerCase().replace(/[^a-z0-9 _-]/g, "").replaceAll(" ", "-");
}

function keysOf<T extends object>(table: T): (keyof T & string)[] {
  // A table is closed: it has no keys beside those of its type.
  return Object.keys(table) as (keyof T & string)[];
}

/** The page as `deno fmt` leaves it, so that formatting and generating agree. */
async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", "md", "-"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await output;
  if (!success) throw new Error("Cannot format the page: deno fmt failed");
  return new TextDecoder().decode(stdout);
}

async function main(): Promise<number> {
  const path = `${root}/${page}`;
  const wanted = await formatted(await protocolPage());
  const found = await Deno.readTextFile(path).catch(() => "");
  if (wanted === found) return 0;
  if (Deno.args.includes("--check")) {
    console.error(`${page} is not what protocol/ says now: run ./dev docs`);
    return 1;
  }
  await Deno.writeTextFile(path, wanted);
  console.log(`wrote ${page}`);
  return 0;
}

if (import.meta.main) Deno.exit(await main());
