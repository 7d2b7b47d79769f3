/** Where a command runs, and with which variables: the flags that `exec` and `shell` share. @module */

import type { Flags, FlagSpec } from "./flags.ts";
import { shellWords } from "./shell_words.ts";
import { UsageError } from "./usage_error.ts";

/** The server to use. */
export type ServerChoice =
  /** A child of this program, of the same program. */
  | { readonly kind: "own" }
  /** A child of this program, named by the user. */
  | { readonly kind: "stdio"; readonly command: readonly string[] }
  /** One that listens. */
  | { readonly kind: "url"; readonly url: string; readonly tokenFile: string | undefined };

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
  { name: "--url", value: "URL" },
  { name: "--stdio", value: "COMMAND" },
  { name: "--token-file", value: "FILE" },
  { name: "--cwd", value: "DIRECTORY" },
  { name: "--env", value: "NAME=VALUE", repeats: true },
];

/**
 * Reads these flags.
 * @throws {UsageError}
 */
export function readPlaceOptions(flags: Flags): PlaceOptions {
  return {
    server: serverChoice(flags),
    cwd: flags.one("--cwd"),
    env: Object.fromEntries(flags.all("--env").map(readVariable)),
  };
}

function serverChoice(flags: Flags): ServerChoice {
  const url = flags.one("--url");
  const stdio = flags.one("--stdio");
  const tokenFile = flags.one("--token-file");
  if (url !== undefined && stdio !== undefined) {
    throw new UsageError("Both --url and --stdio name a server: wanted one of them");
  }
  if (url !== undefined) return { kind: "url", url, tokenFile };
  if (tokenFile !== undefined) throw new UsageError("--token-file is for a server named by --url");
  if (stdio === undefined) return { kind: "own" };
  const command = shellWords(stdio);
  if (command.length === 0) throw new UsageError("--stdio names no program");
  return { kind: "stdio", command };
}

function readVariable(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`"${text}" is no variable: wanted --env NAME=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}
