/** Regular expressions for macOS: spellings of paths, and patterns. @module */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type DenyGlob, globMatcher, readDenyGlob } from "../../../sandbox/deny_glob.ts";
import { globExpression } from "../../../sandbox/seatbelt/glob_expression.ts";
import { spelledPath } from "../../../sandbox/seatbelt/spelled_path.ts";

function bytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

/** The kernel may compare bytes or characters: both have to say the same. */
function matches(expression: string, path: string): boolean {
  const byBytes = new RegExp(bytes(expression)).test(bytes(path));
  assertEquals(new RegExp(expression, "u").test(path), byBytes, `${expression} ${path}`);
  return byBytes;
}

function globs(pattern: string): readonly DenyGlob[] {
  return readDenyGlob(pattern, { directory: "/w", origin: "test" }).globs;
}

const spellings: readonly (readonly [path: string, same: string, other: string])[] = [
  ["/w/.git", "/W/.GIT", "/w/xgit"],
  ["/w/.aws", "/w/.aw\u017f", "/w/.awz"],
  ["/w/k", "/w/\u212a", "/w/l"],
  ["/w/\u00e9", "/w/e\u0301", "/w/e"],
  ["/w/e\u0301", "/w/\u00c9", "/w/\u00e8"],
  ["/w/\u00df", "/w/SS", "/w/S"],
  ["/w/a+(b)[c]{d}^$|\\.*?", "/w/A+(B)[C]{D}^$|\\.*?", "/w/aa(b)[c]{d}^$|\\.*?"],
  ["/w/x", "/System/Volumes/Data/w/x", "/System/Volumes/Other/w/x"],
  ["/System/Volumes/Data/w", "/w", "/System/Volumes/Data"],
];

for (const [path, same, other] of spellings) {
  Deno.test(`spelledPath() of ${path} is about ${same}, too, and not about ${other}`, () => {
    for (const reach of ["exact", "tree"] as const) {
      const expression = spelledPath(path, reach);
      assert(matches(expression, path.normalize("NFC")));
      assert(matches(expression, path.normalize("NFD")));
      assert(matches(expression, same));
      assert(!matches(expression, other));
      assert(!matches(expression, `/x${path}`));
      assert(!matches(expression, `${path}x`));
      assertEquals(matches(expression, `${same}/x`), reach === "tree");
    }
  });
}

Deno.test("a pattern's expression covers what the pattern denies and all below, no more", () => {
  const sign = fc.constantFrom(
    "a",
    "b",
    "*",
    "?",
    "[ab]",
    "[!a]",
    "[a-c]",
    ".c",
    "+",
    "\\*",
    "[]a]",
  );
  const name = fc.oneof(
    fc.constant("**"),
    fc.array(sign, { minLength: 1, maxLength: 3 }).map((signs) => signs.join("")),
  );
  const names = fc.array(name, { minLength: 1, maxLength: 4 });
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "c", ".", "+", "*", "]") })
    .map((text) => text.slice(0, 3) || "a");
  const paths = fc.array(fc.array(letters, { minLength: 1, maxLength: 5 }), { maxLength: 20 });
  fc.assert(
    fc.property(names, paths, (names, paths) => {
      for (const glob of globs(names.join("/"))) {
        const denies = globMatcher(glob);
        const expression = globExpression(glob);
        for (const parts of paths) {
          const places = parts.map((_, at) => `/w/${parts.slice(0, at + 1).join("/")}`);
          const path = places.at(-1) ?? "";
          assertEquals(matches(expression, path), places.some(denies), `${expression} ${path}`);
        }
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("a pattern's expression covers at least what it denies beyond ASCII", () => {
  const sign = fc.constantFrom(
    "\u00e9",
    "e\u0301",
    "\u79d8",
    "\u{1f600}",
    "a",
    "?",
    "*",
    "[\u00e9]",
  );
  const others = fc.constantFrom("[!a]", "[\u00e0-\u00ff]", "[a-\u{1f600}]", "\\\u00e9");
  const name = fc.array(fc.oneof(sign, others), { minLength: 1, maxLength: 3 });
  const letter = fc.constantFrom("\u00e9", "e\u0301", "\u79d8", "\u{1f600}", "a", "\u00c9");
  const path = fc.array(letter, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(name, fc.array(path), (signs, paths) => {
      for (const glob of globs(signs.join(""))) {
        const denies = globMatcher(glob);
        for (const letters of paths) {
          const path = `/w/${letters.join("")}`;
          if (!denies(path)) continue;
          const expression = bytes(globExpression(glob));
          assert(new RegExp(expression).test(bytes(path)), `${expression} ${path}`);
        }
      }
    }),
    { numRuns: 500 },
  );
});
