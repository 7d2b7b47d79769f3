/** The sentence with which a file says its job. @module */

import { assertEquals } from "@std/assert";
import { firstSentence } from "../../tools/first_sentence.ts";

Deno.test("firstSentence() reads one line", () => {
  assertEquals(
    firstSentence("/** Does one thing, as `a.ts` does. @module */\n"),
    "Does one thing, as `a.ts` does.",
  );
});

Deno.test("firstSentence() reads the first sentence of a longer comment", () => {
  const text = "/**\n * Does one thing\n * well. Says more.\n *\n * @module\n */\nimport x;";
  assertEquals(firstSentence(text), "Does one thing well.");
});

Deno.test("firstSentence() finds none without a @module comment at the very start", () => {
  assertEquals(firstSentence("/** A function. */\nfunction f() {}"), undefined);
  assertEquals(firstSentence("import x;\n/** Late. @module */"), undefined);
  assertEquals(firstSentence("/** @module */"), undefined);
});
