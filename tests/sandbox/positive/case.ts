/** What a positive case is: work that must go on inside a sandbox. @module */

import { assertEquals } from "@std/assert";
import type { Bench, CommandOptions } from "./bench.ts";

/** One case. */
export interface PositiveCase {
  /** Unique, in kebab case. */
  readonly id: string;
  /** Programs it cannot do without. */
  readonly needs: readonly string[];
  /** Takes more than a moment. */
  readonly slow: boolean;
  /** Known not to work, for this reason; then it is run and reported only. */
  readonly limit?: string;
  /** Does the work, and throws when it cannot be done. */
  readonly check: (bench: Bench) => Promise<void>;
}

/** Settings of a scripted case. */
export interface ScriptOptions extends CommandOptions {
  readonly needs?: readonly string[];
  readonly slow?: boolean;
  readonly limit?: string;
  /** Run on the host before. */
  readonly before?: string;
}

/** A case that is a script, of which every line must succeed. */
export function script(id: string, text: string, options: ScriptOptions = {}): PositiveCase {
  const { needs = [], slow = false, limit, before, ...command } = options;
  return {
    id,
    needs,
    slow,
    ...limit === undefined ? {} : { limit },
    check: async (bench) => {
      if (before !== undefined) await bench.prepare(before);
      const outcome = await bench.run(`set -e\n${text}\necho FINE`, command);
      const { exitCode, stdout } = outcome;
      if (exitCode === 0 && /FINE\r?\n$/.test(stdout)) return;
      throw new Error(`Ended with ${exitCode}: ${tail(outcome.stderr)} ${tail(stdout)}`);
    },
  };
}

/** A case that must end in a certain way. */
export function ends(id: string, text: string, exitCode: number): PositiveCase {
  return {
    id,
    needs: [],
    slow: false,
    check: async (bench) => {
      assertEquals((await bench.run(text)).exitCode, exitCode);
    },
  };
}

/** A case of its own kind. */
export function checked(
  id: string,
  check: (bench: Bench) => Promise<void>,
  options: { readonly needs?: readonly string[]; readonly slow?: boolean } = {},
): PositiveCase {
  return { id, check, needs: options.needs ?? [], slow: options.slow ?? false };
}

function tail(text: string): string {
  return text.trim().split(/\r?\n/).slice(-4).join(" | ").slice(-400);
}
