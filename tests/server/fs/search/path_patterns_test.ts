/** Which paths a pattern means, and where something could match. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { nativeText } from "../../../../protocol/native_path.ts";
import { matchesAny, mayHoldMatch } from "../../../../server/fs/search/path_patterns.ts";

const oddName = nativeText(new Uint8Array([0x61, 0xff]));

const table: readonly (readonly [pattern: string, matching: string[], others: string[]])[] = [
  ["*.ts", ["a.ts", ".a.ts"], ["d/a.ts", "a.tsx"]],
  ["**/*.ts", ["a.ts", "d/e/a.ts"], ["a.js"]],
  ["src/**", ["src/a", "src/a/b", "src"], ["a", "asrc/b"]],
  ["{a,b}/?.c", ["a/x.c", "b/y.c"], ["c/x.c", "a/xy.c"]],
  ["[ab]", ["a"], ["c"]],
  ["a*", ["a", oddName, "a\nb"], ["b"]],
  ["a\\*", ["a*"], ["ab"]],
];

for (const [pattern, matching, others] of table) {
  Deno.test(`the pattern ${pattern}`, () => {
    const test = matchesAny([pattern]);
    assertEquals(matching.filter((path) => !test(path)), []);
    assertEquals(others.filter((path) => test(path)), []);
  });
}

Deno.test("any of several patterns may match, none of none does", () => {
  assertEquals(["a", "b", "c"].filter(matchesAny(["a", "b"])), ["a", "b"]);
  assertEquals(matchesAny([])("a"), false);
});

Deno.test("an empty pattern is refused", () => {
  assertThrows(() => matchesAny(["a", ""]), Error, "A pattern is empty");
});

Deno.test("a directory is entered only where something could match", () => {
  const mayHold = mayHoldMatch(["src/lib/*.ts", "docs/{a,b}/x"]);
  assertEquals(mayHold("src"), true);
  assertEquals(mayHold("src/lib"), true);
  assertEquals(mayHold("docs/a"), true);
  assertEquals(mayHold("sr"), false);
  assertEquals(mayHold("src/other"), false);
  assertEquals(mayHoldMatch(["**/x"])("anything"), true);
});
