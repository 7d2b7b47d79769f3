/** Long lines are cut around a match, between characters. @module */

import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { excerpt } from "../../../../server/fs/search/excerpt.ts";

const encoder = new TextEncoder();

Deno.test("excerpt() leaves short lines as they are", () => {
  const line = { text: "one two", start: 4, end: 7 };
  assertEquals(excerpt(line), line);
});

Deno.test("excerpt() keeps the match, and what is around it", () => {
  const text = `${"x".repeat(10_000)}needle${"y".repeat(10_000)}`;
  const cut = excerpt({ text, start: 10_000, end: 10_006 });
  assertEquals(cut.text.slice(cut.start, cut.end), "needle");
  assertEquals([cut.text.length, cut.start], [4096, 1024]);
});

Deno.test("excerpt() cuts a match that is too long itself", () => {
  const text = "z".repeat(9000);
  assertEquals(excerpt({ text, start: 0, end: 9000 }), {
    text: "z".repeat(4096),
    start: 0,
    end: 4096,
  });
});

Deno.test("excerpt() gives at most 4096 bytes of whole characters of any line", () => {
  const line = fc.string({ unit: fc.constantFrom("a", "é", "€", "\u{1f600}"), minLength: 1500 });
  fc.assert(
    fc.property(line, fc.nat(), fc.nat(8), (text, place, length) => {
      // A match begins and ends between characters, as those of the `v` mode do.
      const points = [...text];
      const start = points.slice(0, place % points.length).join("").length;
      const end = start + [...text.slice(start)].slice(0, length).join("").length;
      const cut = excerpt({ text, start, end });
      assert(encoder.encode(cut.text).byteLength <= 4096);
      assert(cut.text.isWellFormed());
      assert(text.includes(cut.text));
      assertEquals(cut.text.slice(cut.start, cut.end), text.slice(start, end));
    }),
    { numRuns: 50 },
  );
});
