/** The part of `@std/cli/parse-args` this project uses. @module */

/** What to look for on a command line. */
export interface ParseOptions {
  /** Keep what follows `--` under that name instead of in `_`. */
  readonly "--"?: boolean;
  /** Names that take no value. */
  readonly boolean?: readonly string[];
  /** Names whose value stays a string. */
  readonly string?: readonly string[];
  /** Names that may be given more than once. */
  readonly collect?: readonly string[];
  /** Other spellings of a name. */
  readonly alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Stop at the first word that is not an option. */
  readonly stopEarly?: boolean;
  /** Called for an option that was not declared; `false` leaves it out. */
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
/** Options by name, and the words that are not options. */
export interface ParsedArgs {
  /** Words that are not options. */
  readonly _: readonly (string | number)[];
  /** Words after `--`, when asked for. */
  readonly "--"?: readonly string[];
  /** Options by name. */
  readonly [name: string]: unknown;
}
/** Reads a command line. */
export function parseArgs(args: readonly string[], options?: ParseOptions): ParsedArgs;
