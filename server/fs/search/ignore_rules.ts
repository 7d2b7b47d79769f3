/** What `.gitignore` and `.ignore` files say about the paths of a tree. @module */

import ignore, { type Ignore } from "ignore";

/** In order of weight: what a later one says counts. */
export const ignoreFileNames = [".gitignore", ".ignore"] as const;

/** The package remembers every path it is asked about; after so many it gets a fresh memory. */
const QUESTIONS_PER_MEMORY = 10_000;

/**
 * The rules that hold in one directory: its own, after those of the directories above. They are one
 * list, so that what is said further down about a directory holds for all that is in it.
 */
export class IgnoreRules {
  #rules: Ignore;
  #questions = 0;

  /** @param rules all of them */
  constructor(rules: Ignore = emptyRules()) {
    this.#rules = rules;
  }

  /**
   * The rules of a directory with ignore files.
   * @param directory relative to the root; empty for the root itself
   * @param texts of its ignore files, in order of weight
   */
  within(directory: string, texts: readonly string[]): IgnoreRules {
    const rules = emptyRules().add(this.#rules);
    for (const text of texts) {
      for (const line of text.split("\n")) {
        const pattern = ruleBelow(directory, line.endsWith("\r") ? line.slice(0, -1) : line);
        if (pattern !== undefined) rules.add({ pattern });
      }
    }
    return new IgnoreRules(rules);
  }

  /** Whether a path, relative to the root, is to be skipped. */
  ignores(path: string, isDirectory: boolean): boolean {
    if (++this.#questions % QUESTIONS_PER_MEMORY === 0) this.#rules = emptyRules().add(this.#rules);
    return this.#rules.ignores(isDirectory ? `${path}/` : path);
  }
}

function emptyRules(): Ignore {
  // By default it takes upper and lower case for the same, and refuses odd names such as "...".
  return ignore({ ignorecase: false, allowRelativePaths: true });
}

/** A rule as the root would say it; undefined for what is none. */
function ruleBelow(directory: string, line: string): string | undefined {
  if (line.startsWith("#") || withoutBlanks(line) === "") return undefined;
  if (directory === "") return line;
  const isNegative = line.startsWith("!");
  const pattern = isNegative ? line.slice(1) : line;
  if (withoutBlanks(pattern) === "") return undefined;
  const below = `${isNegative ? "!" : ""}/${escapeSigns(directory)}/`;
  const lastSlash = withoutBlanks(pattern).length - 1;
  const slash = pattern.indexOf("/");
  // With a slash before its end it is about a path from here, else about names at any depth.
  if (slash < 0 || slash === lastSlash) return `${below}**/${pattern}`;
  return below + (slash === 0 ? pattern.slice(1) : pattern);
}

/** Blanks at the end of a rule count for nothing, unless a backslash keeps them. */
function withoutBlanks(pattern: string): string {
  let end = pattern.length;
  while (end > 0 && pattern[end - 1] === " " && pattern[end - 2] !== "\\") end--;
  return pattern.slice(0, end);
}

function escapeSigns(path: string): string {
  return path.replace(/[\\*?[\]]/g, "\\$&");
}
