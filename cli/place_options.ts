/** Where a command runs, and with which variables: the flags that `exec` and `shell` share. @module */

import type { Flags, FlagSpec } from "./flags.ts";
import { readServerChoice, type ServerChoice, serverFlags } from "./server_options.ts";
import { UsageError } from "./usage_error.ts";

/** Where a command runs, and with which variables. */
export interface PlaceOptions {
  /** The server to use. */
  readonly server: ServerChoice;
  /** Directory of the command as it was given. */
  readonly cwd: string | undefined;
  /** Variables to set. */
  readonly env: Readonly<Record<string, string>>;
}

/** The flags that say so. */
export const placeFlags: readonly FlagSpec[] = [
  ...serverFlags,
  { name: "--cwd", value: "DIRECTORY" },
  { name: "--env", value: "NAME=VALUE", repeats: true },
];

/**
 * Reads these flags.
 * @throws {UsageError}
 */
export function readPlaceOptions(flags: Flags): PlaceOptions {
  return {
    server: readServerChoice(flags),
    cwd: flags.one("--cwd"),
    env: Object.fromEntries(flags.all("--env").map(readVariable)),
  };
}

function readVariable(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`"${text}" is no variable: wanted --env NAME=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}
