/** The check of JSON text: what it refuses beyond `JSON.parse`, its limits, its words. @module */

import { assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import { checkJsonText, JsonTextError } from "../../protocol/json_text.ts";
import { limits } from "../../protocol/limits.ts";

function refusal(text: string): string {
  return assertThrows(() => checkJsonText(text), JsonTextError).message;
}

const refused: readonly (readonly [text: string, words: string])[] = [
  ["", "EOF while parsing a value at line 1 column 0"],
  ["  ", "EOF while parsing a value at line 1 column 2"],
  ["{nope", "key must be a string at line 1 column 2"],
  ['{"id":80,"id":81}', "duplicate JSON object key `id` at line 1 column 13"],
  ['{"id":82,"method":"environment/status"}{}', "trailing characters at line 1 column 40"],
  ["[1,]", "trailing comma at line 1 column 4"],
  ['{"a":1,}', "trailing comma at line 1 column 8"],
  ["[1 2]", "expected `,` or `]` at line 1 column 4"],
  ['{"a" 1}', "expected `:` at line 1 column 6"],
  ['{"a":1 "b"}', "expected `,` or `}` at line 1 column 8"],
  ["[", "EOF while parsing a value at line 1 column 1"],
  ["[1", "EOF while parsing a list at line 1 column 2"],
  ["{", "EOF while parsing an object at line 1 column 1"],
  ['{"a"', "EOF while parsing an object at line 1 column 4"],
  ['{"a":', "EOF while parsing a value at line 1 column 5"],
  ['{"a":1', "EOF while parsing an object at line 1 column 6"],
  ['"abc', "EOF while parsing a string at line 1 column 4"],
  ["\n\n nul", "expected value at line 3 column 2"],
];

for (const [text, words] of refused) {
  Deno.test(`checkJsonText(${JSON.stringify(text)}) says "${words}"`, () => {
    assertEquals(refusal(text), words);
  });
}

const malformed = [
  "NaN",
  "Infinity",
  "+1",
  "01",
  "-",
  ".5",
  "1.",
  "1e",
  "truth",
  "'a'",
  "\ufeff{}",
  "{}x",
  "\u00a0{}",
  "{'a':1}",
  "[1}",
  '{"a":1]',
  "/**/1",
];

for (const text of malformed) {
  Deno.test(`checkJsonText() refuses ${JSON.stringify(text)}, as JSON.parse does`, () => {
    assertThrows(() => checkJsonText(text), JsonTextError);
    assertThrows(() => JSON.parse(text), SyntaxError);
  });
}

Deno.test("checkJsonText() takes white space of every kind around every part", () => {
  checkJsonText(' \t\r\n{ "a" : [ 1 , { } , [ ] ] , "b" : null } \n');
});

Deno.test("checkJsonText() refuses a key that repeats at any depth", () => {
  assertEquals(
    refusal('[{"x":{"k":1,"l":2,"k":3}}]'),
    "duplicate JSON object key `k` at line 1 column 22",
  );
});

Deno.test("checkJsonText() refuses a key that repeats under another spelling", () => {
  refusal(String.raw`{"id":1,"\u0069d":2}`);
  refusal(String.raw`{"\ud83d\ude00":1,"😀":2}`);
});

Deno.test("checkJsonText() lets the same key stand in different objects", () => {
  checkJsonText('{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}');
});

Deno.test("checkJsonText() finds repeated keys in small and large objects alike", () => {
  for (const size of [1, 7, 8, 9, 10, 5000]) {
    const members = Array.from({ length: size }, (_, i) => `"k${i}":0`);
    checkJsonText(`{${members.join(",")}}`);
    for (const index of [0, size - 1]) {
      const text = `{${[...members, `"k${index}":1`].join(",")}}`;
      assertEquals(refusal(text).startsWith(`duplicate JSON object key \`k${index}\``), true);
    }
  }
});

Deno.test("checkJsonText() treats the names of an object's own members as keys like others", () => {
  checkJsonText('{"__proto__":1,"constructor":2,"toString":3,"hasOwnProperty":4}');
  refusal('{"__proto__":1,"__proto__":2}');
});

for (const [open, close] of [["[", "]"], ['{"a":', "}"]] as const) {
  Deno.test(`checkJsonText() takes ${limits.maxDepth} nested "${open}" and refuses one more`, () => {
    const nested = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
    checkJsonText(nested(127));
    const words = refusal(nested(128));
    assertEquals(words, `recursion limit exceeded at line 1 column ${open.length * 127 + 1}`);
    // Far beyond the limit the stack must not be the one that gives in.
    refusal(nested(1_000_000));
    refusal(open.repeat(1_000_000));
  });
}

Deno.test("checkJsonText() counts depth, not the number of containers", () => {
  checkJsonText(`[${"[],".repeat(1000)}{}]`);
});

Deno.test("checkJsonText() takes 262144 values and refuses one more; keys do not count", () => {
  const words = "JSON-RPC message exceeds the limit of 262144 JSON values";
  const list = (count: number) => `[${"0,".repeat(count - 1)}0]`;
  checkJsonText(list(262_143));
  assertEquals(refusal(list(262_144)), words);
  const members = Array.from({ length: 131_071 }, (_, i) => `"${i}":[0]`).join(",");
  checkJsonText(`{${members},"x":0}`);
  assertEquals(refusal(`{${members},"x":0,"y":0}`), words);
});

const pairs: readonly (readonly [text: string, isWhole: boolean])[] = [
  [String.raw`"\ud83d\ude00"`, true],
  [String.raw`"\uD83D\uDE00x"`, true],
  [String.raw`"\ud83d"`, false],
  [String.raw`"\ude00"`, false],
  [String.raw`"\ude00\ud83d"`, false],
  [String.raw`"\ud83dx\ude00"`, false],
  [String.raw`"\ud83d\n"`, false],
  [String.raw`"\\ud83d"`, true],
  [String.raw`"\\\ud83d"`, false],
  [String.raw`{"\ud83d":1}`, false],
  [String.raw`["\\ud83d","\ud83d\ude00"]`, true],
  [String.raw`["\ud83d","\ude00"]`, false],
];

for (const [text, isWhole] of pairs) {
  Deno.test(`checkJsonText() ${isWhole ? "takes" : "refuses"} the surrogates in ${text}`, () => {
    if (isWhole) checkJsonText(text);
    else refusal(text);
  });
}

Deno.test("checkJsonText() tells an object from other values, and its id as it was written", () => {
  const facts = (text: string) => {
    const { isObject, idText } = checkJsonText(text);
    return [isObject, idText];
  };
  assertEquals(facts("[1]"), [false, undefined]);
  assertEquals(facts('[{"id":1}]'), [false, undefined]);
  assertEquals(facts('{"a":{"id":1}}'), [true, undefined]);
  assertEquals(facts('{"a":{"id":1},"id" : 9223372036854775807 }'), [true, "9223372036854775807"]);
  assertEquals(facts(String.raw`{"\u0069d":"a\"b"}`), [true, String.raw`"a\"b"`]);
});

const members: readonly (readonly [text: string, of: string | undefined, name?: string])[] = [
  ['{"params":{"a":1,"chunk":@}}', "params", "chunk"],
  ['{"id":1,"result":{"chunk" : @,"eof":true}}', "result", "chunk"],
  ['{"params":{"a":{"params":1},"chunk":@}}', "params", "chunk"],
  ['{"other":{"chunk":@}}', undefined],
  ['{"params":@}', undefined],
  ['{"params":{"a":{"chunk":@}}}', undefined],
  ['{"params":[{"chunk":@}]}', undefined],
  ['{"params":{"chunk":[@]}}', undefined],
  [String.raw`{"params":{"a\"chunk":@}}`, "params", String.raw`a"chunk`],
  ['[{"params":{"chunk":@}}]', undefined],
];

for (const [text, of, name] of members) {
  Deno.test(`checkJsonText() tells which member is at the mark in ${text}`, () => {
    const facts = checkJsonText(text.replace("@", '""'), text.indexOf("@"));
    assertEquals(facts.memberAt, of === undefined ? undefined : { of, name });
  });
}

Deno.test("checkJsonText() takes whatever JSON.stringify writes", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 2, stringUnit: "binary" }), (value) => {
      checkJsonText(JSON.stringify(value));
      checkJsonText(JSON.stringify(value, null, 2));
    }),
    { numRuns: 60 },
  );
});

/** A JSON text with a few places changed, cut out or doubled. */
const mutatedText = fc.tuple(
  fc.json({ maxDepth: 4 }),
  fc.array(fc.tuple(fc.nat(200), fc.nat(2), fc.constantFrom(...'{}[]",:\\01e-+.u \n"tfn/')), {
    minLength: 1,
    maxLength: 4,
  }),
).map(([text, changes]) =>
  changes.reduce((changed, [place, removed, sign]) => {
    const at = place % (changed.length + 1);
    return changed.slice(0, at) + sign + changed.slice(at + removed);
  }, text)
);

/** A text without the inside of its strings, which are left to `JSON.parse`. */
function withoutStrings(text: string): string {
  return text.replace(/"(?:[^"\\]|\\[^])*"/g, '""');
}

Deno.test("a changed text is taken by this check and JSON.parse, or refused by this check", () => {
  fc.assert(
    fc.property(mutatedText, (text) => {
      try {
        checkJsonText(text);
      } catch (error) {
        if (!(error instanceof JsonTextError)) throw error;
        return;
      }
      // Keys would all become the same one here, which JSON.parse does not mind.
      JSON.parse(withoutStrings(text));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("this check refuses nothing that JSON.parse takes, but for the rules it adds", () => {
  const added = /^(duplicate JSON object key|lone leading surrogate)/;
  fc.assert(
    fc.property(mutatedText, (text) => {
      try {
        JSON.parse(text);
      } catch {
        return;
      }
      try {
        checkJsonText(text);
      } catch (error) {
        if (!(error instanceof JsonTextError) || !added.test(error.message)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("checkJsonText() skips megabytes of string in one pass", () => {
  const long = "A".repeat(8_000_000);
  checkJsonText(`{"chunk":"${long}","more":"${long}"}`);
  checkJsonText(`["${String.raw`\"`.repeat(1_000_000)}"]`);
  checkJsonText(`[${'"","a",'.repeat(37_000)}"\\n"]`);
});

Deno.test("checkJsonText() skips a long string full of escapes in one pass", () => {
  const text = `["${String.raw`\\`.repeat(500_000)}"]`;
  const beganMs = performance.now();
  checkJsonText(text);
  // A few milliseconds when the string is passed once; seconds when it is passed once per escape.
  assertLess(performance.now() - beganMs, 1000);
});
