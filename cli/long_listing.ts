/** The long form of a directory listing, in columns. @module */

import type { Metadata } from "../client/mod.ts";

/** One line's facts. */
export interface Listed {
  /** As the server tells it. */
  readonly name: string;
  /** Undefined when the server could not describe it. */
  readonly metadata: Metadata | undefined;
}

// Half a year; older and future times show the year instead of the hour, as in ls(1).
const RECENT_MS = 365.25 / 2 * 24 * 60 * 60 * 1000;

/**
 * Lines of kind and mode, links, owner, group, size, time and name; what the server does not tell is
 * a question mark. Times are this machine's local time.
 */
export function longListing(entries: readonly Listed[], now: Date): string[] {
  const rows = entries.map((entry) => columns(entry, now));
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...rows.map(({ cells }) => cells[column]?.length ?? 0))
  );
  return rows.map(({ cells, name }) => {
    const padded = cells.map((cell, column) => cell.padStart(widths[column] ?? 0));
    return [...padded, name].join(" ");
  });
}

/** A name that cannot move the cursor or break the line. */
export function plainName(name: string): string {
  return name.replace(CONTROLS, (sign) => JSON.stringify(sign).slice(1, -1)).replace(
    C1,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

// deno-lint-ignore no-control-regex -- control characters are what is looked for.
const CONTROLS = /[\x00-\x1f]/g;
const C1 = /[\x7f-\x9f]/g;

function columns(
  { name, metadata }: Listed,
  now: Date,
): { readonly cells: readonly string[]; readonly name: string } {
  const { mode, links, userId, groupId, size, modifiedAtMs, linkTarget } = metadata ?? {};
  const cells = [
    kindOf(metadata) + permissions(mode),
    ...[links, userId, groupId, size].map((fact) => fact?.toString() ?? "?"),
    modifiedAtMs === undefined ? "?".padEnd(12) : time(new Date(modifiedAtMs), now),
  ];
  const arrow = linkTarget === undefined ? "" : ` -> ${plainName(linkTarget)}`;
  return { cells, name: plainName(name) + arrow };
}

function kindOf(metadata: Metadata | undefined): string {
  if (metadata === undefined) return "?";
  if (metadata.isSymlink) return "l";
  if (metadata.isDirectory) return "d";
  // Devices, FIFOs and sockets are not told apart on the wire.
  return metadata.isFile ? "-" : "?";
}

/** Nine letters, as `rwxr-xr-x`; with the set-id and sticky bits in their places. */
function permissions(mode: number | undefined): string {
  if (mode === undefined) return "?????????";
  const letters = [..."rwxrwxrwx"].map((letter, at) => (mode & (0o400 >> at)) === 0 ? "-" : letter);
  const special: readonly [number, number, string][] = [[0o4000, 2, "s"], [0o2000, 5, "s"], [
    0o1000,
    8,
    "t",
  ]];
  for (const [bit, at, letter] of special) {
    if ((mode & bit) !== 0) letters[at] = letters[at] === "x" ? letter : letter.toUpperCase();
  }
  return letters.join("");
}

function time(at: Date, now: Date): string {
  const month = MONTHS[at.getMonth()] ?? "";
  const day = String(at.getDate()).padStart(2);
  const isRecent = Math.abs(now.getTime() - at.getTime()) < RECENT_MS;
  const clock = [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, "0"));
  return `${month} ${day} ${isRecent ? clock.join(":") : String(at.getFullYear()).padStart(5)}`;
}

const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];
