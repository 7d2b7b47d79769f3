/** What the command line of `shell` asks for. @module */

import { escapeFlag, readEscape } from "./escape_option.ts";
import { type FlagSpec, readFlags } from "./flags.ts";
import { placeFlags, type PlaceOptions, readPlaceOptions } from "./place_options.ts";
import { readSandboxChoice, type SandboxChoice, sandboxFlags } from "./sandbox_option.ts";

/** Everything `shell` needs to know. */
export interface ShellOptions extends PlaceOptions {
  /** The character that detaches, with a dot; undefined for none. */
  readonly escape: string | undefined;
  /** What to hold it to; undefined for nothing. */
  readonly sandbox: SandboxChoice | undefined;
  /** The command and its arguments; empty for the user's shell. */
  readonly argv: readonly string[];
}

/** The flags of `shell`. */
export const shellFlags: readonly FlagSpec[] = [
  ...placeFlags,
  escapeFlag,
  ...sandboxFlags,
  { name: "--help", short: "-h" },
];

/**
 * Reads the command line; undefined when it asks for help.
 * @throws {UsageError}
 */
export function readShellOptions(args: readonly string[]): ShellOptions | undefined {
  const flags = readFlags(args, shellFlags);
  if (flags.has("--help")) return undefined;
  return {
    ...readPlaceOptions(flags),
    escape: readEscape(flags),
    sandbox: readSandboxChoice(flags),
    argv: flags.rest,
  };
}
