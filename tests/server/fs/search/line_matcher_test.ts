/** Which lines match, and where. @module */

import { assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { lineMatcher } from "../../../../server/fs/search/line_matcher.ts";
import type { GrepRequest } from "../../../../server/fs/search/search_request.ts";

type Wanted = Partial<GrepRequest> & { readonly pattern: string };

function matches(wanted: Wanted, text: string): string[] {
  const request = { isRegex: false, ignoreCase: false, maxMatches: 10, ...wanted };
  return [...lineMatcher(request).matches(text)]
    .map(({ line, text, start, end }) => `${line}:${start}-${end}:${text}`);
}

const regex = { isRegex: true };
const ignoreCase = { ignoreCase: true };

const table: readonly (readonly [Wanted, text: string, found: string[]])[] = [
  [{ pattern: "b" }, "a\nab b\n\nb", ["1:1-2:ab b", "3:0-1:b"]],
  [{ pattern: "." }, "a\nb.c\n", ["1:1-2:b.c"]],
  [{ pattern: "B" }, "b\n", []],
  [{ pattern: "B.", ...ignoreCase }, "xb.\nbc\n", ["0:1-3:xb."]],
  [{ pattern: "É", ...ignoreCase }, "caf\u{e9}\n", ["0:3-4:caf\u{e9}"]],
  [{ pattern: "" }, "a\n\nb", ["0:0-0:a", "1:0-0:", "2:0-0:b"]],
  [{ pattern: "a\nb" }, "a\nb\n", []],
  [{ pattern: "a\r" }, "a\r\nxa\rb\r\n", ["1:1-3:xa\rb"]],
  [{ pattern: "b$", ...regex }, "ab\r\nba\nb", ["0:1-2:ab", "2:0-1:b"]],
  [{ pattern: "^b", ...regex }, "ab\nba\n", ["1:0-1:ba"]],
  [{ pattern: "a\\sb", ...regex }, "a\nb\na b\n", ["2:0-3:a b"]],
  [{ pattern: "(?<=\\n)b", ...regex }, "a\nb\n", []],
  [{ pattern: "^$", ...regex }, "a\n\nb\n", ["1:0-0:"]],
  [{ pattern: "\\p{Lu}", ...regex }, "é\nÉ\n", ["1:0-1:É"]],
  [{ pattern: "^.$", ...regex }, "\u{1f600}\n", ["0:0-2:\u{1f600}"]],
  [{ pattern: "[a--b]+", ...regex, ...ignoreCase }, "bA\n", ["0:1-2:bA"]],
];

for (const [wanted, text, found] of table) {
  Deno.test(`${JSON.stringify(wanted)} in ${JSON.stringify(text)}`, () => {
    assertEquals(matches(wanted, text), found);
  });
}

Deno.test("lineMatcher() finds plain text as a regular expression of it does", () => {
  const sign = fc.constantFrom("a", "A", ".", "\\", "\n", "\r\n", "(", " ", "é");
  const pattern = fc.string({ unit: sign, minLength: 1, maxLength: 3 });
  fc.assert(fc.property(pattern, fc.string({ unit: sign }), (pattern, text) => {
    const escaped = RegExp.escape(pattern);
    assertEquals(matches({ pattern }, text), matches({ pattern: escaped, ...regex }, text));
  }));
});

Deno.test("lineMatcher() refuses what is no regular expression", () => {
  assertThrows(() => matches({ pattern: "(", ...regex }, ""), SyntaxError, "Unterminated group");
});
