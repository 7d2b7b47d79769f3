/** What a watch leaves out. @module */

import { assertEquals } from "@std/assert";
import { IgnoreRules } from "../../../../server/fs/watching/ignore_rules.ts";

const cases: readonly (readonly [pattern: string, path: string, ignored: boolean])[] = [
  ["*.log", "a.log", true],
  ["*.log", "deep/a.log", true],
  ["*.log", "A.LOG", false],
  ["/top", "top", true],
  ["/top", "deep/top", false],
  ["only/", "only", false],
  ["only/", "only/", true],
  ["**/deep/**", "a/deep/b", true],
  ["a\\*", "a*", true],
  ["x", "..x", false],
];

for (const [pattern, path, ignored] of cases) {
  Deno.test(`IgnoreRules with ${pattern} ${ignored ? "ignore" : "keep"} ${path}`, () => {
    const isDirectory = path.endsWith("/");
    const rules = new IgnoreRules([pattern]);
    assertEquals(rules.ignores(isDirectory ? path.slice(0, -1) : path, isDirectory), ignored);
  });
}

Deno.test("IgnoreRules answer the same however often they are asked", () => {
  const rules = new IgnoreRules(["*1"]);
  for (let i = 0; i < 50_000; i++) {
    if (rules.ignores(`${i}`, false) !== `${i}`.endsWith("1")) throw new Error(`${i}`);
  }
});
