/** What a watch leaves out, in the words of `.gitignore`. @module */

import ignore, { type Ignore } from "ignore";
import { RpcError } from "../../../protocol/errors.ts";

const MAX_PATTERNS = 1000;
const MAX_PATTERN_LENGTH = 1000;
// The package remembers every path it was ever asked about.
const ANSWERS_KEPT = 20_000;

/** Rules relative to one directory. */
export class IgnoreRules {
  readonly #patterns: readonly string[];
  #rules: Ignore;
  #answers = 0;

  /** @throws {RpcError} `invalidParams` when there is too much of it */
  constructor(patterns: readonly string[]) {
    if (patterns.length > MAX_PATTERNS) {
      throw new RpcError("invalidParams", `\`ignore\` has more than ${MAX_PATTERNS} patterns`);
    }
    if (patterns.some(({ length }) => length > MAX_PATTERN_LENGTH)) {
      const message = `A pattern of \`ignore\` has more than ${MAX_PATTERN_LENGTH} characters`;
      throw new RpcError("invalidParams", message);
    }
    this.#patterns = patterns;
    this.#rules = this.#make();
  }

  /** @param path relative, without a slash at either end */
  ignores(path: string, isDirectory: boolean): boolean {
    if (this.#patterns.length === 0) return false;
    if (this.#answers++ >= ANSWERS_KEPT) {
      this.#rules = this.#make();
      this.#answers = 0;
    }
    return this.#rules.ignores(isDirectory ? `${path}/` : path);
  }

  #make(): Ignore {
    return ignore({ ignorecase: false }).add(this.#patterns);
  }
}
