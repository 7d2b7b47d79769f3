/** Reads the flags of a subcommand, strictly: what is not declared is an error. @module */

import { UsageError } from "./usage_error.ts";

/** One flag. */
export interface FlagSpec {
  /** Such as `--url`. */
  readonly name: string;
  /** Another spelling, such as `-n`. */
  readonly short?: string;
  /** What its value is, such as `URL`; a flag without it takes none. */
  readonly value?: string;
  /** Whether it may be given more than once. */
  readonly repeats?: boolean;
}

/** The flags that were given, and what follows them. */
export class Flags {
  /** The words behind the flags. */
  readonly rest: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /** Made by `readFlags`. */
  constructor(values: ReadonlyMap<string, readonly string[]>, rest: readonly string[]) {
    this.#values = values;
    this.rest = rest;
  }

  /** Whether a flag was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value of a flag; undefined when it was not given. */
  one(name: string): string | undefined {
    return this.all(name)[0];
  }

  /** Every value of a flag, in order. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

/**
 * Reads flags up to `--` or the first word that is none. A value follows its flag as the next word
 * or behind `=`; short flags without values may be joined, as in `-la`.
 * @throws {UsageError}
 */
export function readFlags(words: readonly string[], specs: readonly FlagSpec[]): Flags {
  const values = new Map<string, string[]>();
  const args = [...words];
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? "";
    if (word === "--") return new Flags(values, args.slice(at + 1));
    if (!word.startsWith("-") || word === "-") break;
    const joined = joinedFlags(word, specs);
    if (joined !== undefined) args.splice(at, 1, ...joined);
    const [given, inline] = splitAtEquals(joined?.[0] ?? word);
    const spec = specs.find(({ name, short }) => given === name || given === short);
    if (spec === undefined) {
      const known = specs.map(({ name }) => name).join(", ");
      throw new UsageError(`Unknown flag "${given}": wanted one of ${known}`);
    }
    const value = spec.value === undefined ? requireNone(spec, inline) : inline ?? args[++at];
    if (value === undefined) throw new UsageError(`"${spec.name}" wants a value: ${spec.value}`);
    const earlier = values.get(spec.name) ?? [];
    if (earlier.length > 0 && spec.repeats !== true) {
      throw new UsageError(`"${spec.name}" is given twice: wanted once`);
    }
    values.set(spec.name, [...earlier, value]);
  }
  return new Flags(values, args.slice(at));
}

/** The flags of a word such as `-la`; undefined when it is something else. */
function joinedFlags(word: string, specs: readonly FlagSpec[]): string[] | undefined {
  if (!/^-[a-zA-Z]{2,}$/.test(word)) return undefined;
  const letters = [...word.slice(1)].map((letter) => `-${letter}`);
  const isFlag = (name: string) =>
    specs.some(({ short, value }) => short === name && value === undefined);
  return letters.every(isFlag) ? letters : undefined;
}

function splitAtEquals(word: string): [string, string | undefined] {
  const at = word.indexOf("=");
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function requireNone(spec: FlagSpec, inline: string | undefined): string {
  if (inline === undefined) return "";
  throw new UsageError(`"${spec.name}" takes no value, but "${inline}" was given`);
}
