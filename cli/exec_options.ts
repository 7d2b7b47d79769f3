/** What the command line of `exec` asks for. @module */

import { readDuration } from "./duration.ts";
import { escapeFlag, readEscape } from "./escape_option.ts";
import { type Flags, type FlagSpec, readFlags } from "./flags.ts";
import { placeFlags, type PlaceOptions, readPlaceOptions } from "./place_options.ts";
import { readSandboxChoice, type SandboxChoice, sandboxFlags } from "./sandbox_option.ts";
import { UsageError } from "./usage_error.ts";

/** Everything `exec` needs to know. */
export interface ExecOptions extends PlaceOptions {
  /** Whether to begin without any variables. */
  readonly clearEnv: boolean;
  /** Whether to give the command no input, whatever there is. */
  readonly noStdin: boolean;
  /** Whether to run the command in a terminal. */
  readonly tty: boolean;
  /** The character that detaches from a terminal, with a dot; undefined for none. */
  readonly escape: string | undefined;
  /** How long the command may run, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** How long it may be silent, in milliseconds. */
  readonly idleTimeoutMs: number | undefined;
  /** What to hold the command to; undefined for nothing. */
  readonly sandbox: SandboxChoice | undefined;
  /** The command and its arguments. */
  readonly argv: readonly string[];
}

/** The flags of `exec`. */
export const execFlags: readonly FlagSpec[] = [
  ...placeFlags,
  { name: "--clear-env" },
  { name: "--no-stdin", short: "-n" },
  { name: "--tty", short: "-t" },
  escapeFlag,
  ...sandboxFlags,
  { name: "--timeout", value: "DURATION" },
  { name: "--idle-timeout", value: "DURATION" },
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
  const tty = flags.has("--tty");
  if (flags.has("--escape") && !tty) {
    throw new UsageError("--escape is for a terminal: wanted together with --tty");
  }
  return {
    ...readPlaceOptions(flags),
    clearEnv: flags.has("--clear-env"),
    noStdin: flags.has("--no-stdin"),
    tty,
    escape: readEscape(flags),
    timeoutMs: duration(flags, "--timeout"),
    idleTimeoutMs: duration(flags, "--idle-timeout"),
    sandbox: readSandboxChoice(flags),
    argv: flags.rest,
  };
}

function duration(flags: Flags, name: string): number | undefined {
  const text = flags.one(name);
  return text === undefined ? undefined : readDuration(text);
}
