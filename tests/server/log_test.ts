/** Debug lines: only for the areas that were asked for, and built only then. @module */

import { assertEquals, assertMatch } from "@std/assert";
import { createLog, type LogArea } from "../../server/log.ts";

/** Lines written to standard error while `use` runs. */
function linesOf(use: () => void): string[] {
  const original = console.error;
  const lines: string[] = [];
  console.error = (line: string) => lines.push(line);
  try {
    use();
  } finally {
    console.error = original;
  }
  return lines;
}

const cases: readonly (readonly [areas: string, written: LogArea[]])[] = [
  ["", []],
  [" , ", []],
  ["rpc", ["rpc"]],
  ["process, rpc", ["rpc", "process"]],
  ["all", ["listen", "rpc", "session", "process"]],
  ["RPC,unknown", []],
];

for (const [areas, written] of cases) {
  Deno.test(`createLog("${areas}") writes lines of ${written.join(", ") || "no area"}`, () => {
    const log = createLog(areas);
    const built: LogArea[] = [];
    const lines = linesOf(() => {
      for (const area of ["listen", "rpc", "session", "process"] as const) {
        log(area, () => {
          built.push(area);
          return "what happened";
        });
      }
    });
    assertEquals([built, lines.length], [written, written.length]);
    for (const [index, area] of written.entries()) {
      assertMatch(lines[index] ?? "", new RegExp(`^\\d{4}-.*Z ${area}: what happened$`));
    }
  });
}
