/** Lint rules: how long a file may be and what it may be called. @module */

import { isWithin, projectPath } from "./place.ts";

/** Most lines a file may have. */
export const MAX_LINES = 300;

/** Most lines a test file may have. */
export const MAX_TEST_LINES = 400;

/** Where such reports point: a report on the whole file would print it. */
const start: [number, number] = [0, 0];
const vagueNames = ["utils", "util", "helpers", "helper", "common", "misc", "types", "manager"];

/** How many lines a text has; a final newline does not begin one. */
export function countLines(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

/** Most lines the file at `path` (relative to the project) may have. */
export function maxLines(path: string): number {
  return isWithin(path, ["tests/"]) ? MAX_TEST_LINES : MAX_LINES;
}

/** Reports files that are too long to read in one sitting. */
export const fileLength: Deno.lint.Rule = {
  create(context) {
    return {
      Program() {
        const lines = countLines(context.sourceCode.text);
        const max = maxLines(projectPath(context.filename));
        if (lines <= max) return;
        context.report({
          range: start,
          message: `The file has ${lines} lines, at most ${max} are allowed`,
        });
      },
    };
  },
};

/** Reports file names that are not snake case, or say nothing. */
export const fileName: Deno.lint.Rule = {
  create(context) {
    return {
      Program() {
        const name = projectPath(context.filename).split("/").at(-1) ?? "";
        const stem = name.replace(/(\.d)?\.ts$/, "");
        if (vagueNames.includes(stem)) {
          context.report({
            range: start,
            message: `${name} says nothing: name it after its main export`,
          });
        } else if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(stem)) {
          context.report({ range: start, message: `${name} is not snake case` });
        }
      },
    };
  },
};
