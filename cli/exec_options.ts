/** What the command line of `exec` asks for. @module */

import { Flags, type FlagSpec, readFlags } from "./flags.ts";
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

/** Everything `exec` needs to know. */
export interface ExecOptions {
  /** The server to use. */
  readonly server: ServerChoice;
  /** Directory of the command as it was given. */
  readonly cwd: string | undefined;
  /** Variables to set. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether to begin without any variables. */
  readonly clearEnv: boolean;
  /** Whether to give the command no input, whatever there is. */
  readonly noStdin: boolean;
  /** The command and its arguments. */
  readonly argv: readonly string[];
}

/** The flags of `exec`. */
export const execFlags: readonly FlagSpec[] = [
  { name: "--url", value: "URL" },
  { name: "--stdio", value: "COMMAND" },
  { name: "--token-file", value: "FILE" },
  { name: "--cwd", value: "DIRECTORY" },
  { name: "--env", value: "NAME=VALUE", repeats: true },
  { name: "--clear-env" },
  { name: "--no-stdin", short: "-n" },
  { name: "--help", short: "-h" },
];

/**
 * Reads the command line; undefined when it asks for help.
 * @throws {UsageError}
 */
export function readExecOptions(args: readonly string[]): ExecOptions | undefined {
  const flags = readFlags(args, execFlags);
  if (flags.has("--help")) return undefined;
  if (flags.rest.length === 0) {
    throw new UsageError(
      "There is no command to run: wanted exec [FLAGS] -- COMMAND [ARGUMENT...]",
    );
  }
  return {
    server: serverChoice(flags),
    cwd: flags.one("--cwd"),
    env: Object.fromEntries(flags.all("--env").map(readVariable)),
    clearEnv: flags.has("--clear-env"),
    noStdin: flags.has("--no-stdin"),
    argv: flags.rest,
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
