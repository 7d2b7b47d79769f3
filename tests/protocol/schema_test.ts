/** Decoders: what each one takes, and the exact words with which it refuses. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { RpcError } from "../../protocol/errors.ts";
import {
  anything,
  bytes,
  count,
  decode,
  flag,
  integer,
  list,
  nonzero,
  nothing,
  nullable,
  oneOf,
  optional,
  pathUri,
  type Schema,
  stringMap,
  struct,
  tagged,
  text,
  uuid,
} from "../../protocol/schema.ts";

interface Inner {
  readonly name: string;
  readonly size?: number | undefined;
}

interface Outer {
  readonly id: string;
  readonly inner?: Inner | null | undefined;
  readonly items?: Inner[] | undefined;
  readonly extra?: unknown;
}

const inner: Schema<Inner> = struct<Inner>("Inner", { name: text, size: optional(count) });
const outer: Schema<Outer> = struct<Outer>("Outer", {
  id: text,
  inner: optional(nullable(inner)),
  items: optional(list(inner)),
  extra: optional(anything),
});

interface Circle {
  readonly kind: "circle";
  readonly radius: number;
}

interface Plain {
  readonly kind: "point" | "empty";
}

const plain = struct<Plain>("Shape", { kind: oneOf(["point", "empty"]) });
const shape: Schema<Circle | Plain> = tagged<Circle | Plain, "kind">("Shape", "kind", {
  circle: struct<Circle>("Shape", { kind: oneOf(["circle"]), radius: count }),
  point: plain,
  empty: plain,
});

const words = oneOf(["red", "green"]);
const uuidText = "0191b2c3-d4e5-7f60-8a9b-0c1d2e3f4a5b";
const long = "x".repeat(200);
const clipped = "x".repeat(80);

/** What a decoder turns a value from the wire into. */
const taken:
  readonly (readonly [name: string, schema: Schema<unknown>, given: unknown, got: unknown])[] = [
    ["text", text, "", ""],
    ["flag", flag, false, false],
    ["count", count, 0, 0],
    ["count", count, 2 ** 53, 2 ** 53],
    ["count", count, 18446744073709549568, 18446744073709549568],
    ["integer", integer, -2147483647, -2147483647],
    ["integer", integer, 2147483647, 2147483647],
    ["oneOf", words, "green", "green"],
    ["uuid", uuid, uuidText, uuidText],
    ["uuid", uuid, uuidText.toUpperCase(), uuidText],
    ["uuid", uuid, `{${uuidText.replaceAll("-", "")}}`, uuidText],
    ["nonzero", nonzero, 1, 1],
    ["tagged", shape, { kind: "circle", radius: 2 }, { kind: "circle", radius: 2 }],
    ["tagged", shape, { radius: "x", kind: "empty" }, { kind: "empty" }],
    ["nullable", nullable(text), null, null],
    ["list", list(text), [], []],
    ["list", list(text), ["a", ""], ["a", ""]],
    ["nothing", nothing, undefined, {}],
    ["nothing", nothing, null, {}],
    ["nothing", nothing, {}, {}],
    ["bytes", bytes, "AQI=", new Uint8Array([1, 2])],
    ["bytes", bytes, "", new Uint8Array()],
    ["pathUri", pathUri, "file:a/../b", "file:///b"],
    ["struct", outer, { id: "a" }, { id: "a" }],
    ["struct", outer, { id: "a", other: 1, inner: null }, { id: "a", inner: null }],
    ["struct", outer, { id: "a", inner: { name: "b", x: 1 } }, { id: "a", inner: { name: "b" } }],
    ["struct", outer, { id: "a", extra: [1] }, { id: "a", extra: [1] }],
    ["struct without members", struct<Record<string, never>>("Empty", {}), { x: 1 }, {}],
  ];

for (const [name, schema, given, got] of taken) {
  Deno.test(`${name} takes ${JSON.stringify(given)}`, () => {
    assertEquals(decode(schema, given), got);
  });
}

const refused:
  readonly (readonly [name: string, schema: Schema<unknown>, given: unknown, words: string])[] = [
    ["text", text, 5, "invalid type: integer `5`, expected a string"],
    ["text", text, 5.5, "invalid type: floating point `5.5`, expected a string"],
    ["text", text, true, "invalid type: boolean `true`, expected a string"],
    ["text", text, null, "invalid type: null, expected a string"],
    ["text", text, [1], "invalid type: sequence, expected a string"],
    ["text", text, {}, "invalid type: map, expected a string"],
    ["flag", flag, "x", 'invalid type: string "x", expected a boolean'],
    ["flag", flag, long, `invalid type: string "${clipped}…", expected a boolean`],
    ["flag", flag, 0, "invalid type: integer `0`, expected a boolean"],
    ["count", count, -1, "invalid number"],
    ["count", count, 1.5, "invalid number"],
    ["count", count, Infinity, "invalid number"],
    ["count", count, 2 ** 65, "invalid number"],
    ["count", count, "1", 'invalid type: string "1", expected an unsigned integer'],
    ["integer", integer, 2 ** 31, "invalid number"],
    ["integer", integer, 0.5, "invalid number"],
    ["integer", integer, null, "invalid type: null, expected an integer"],
    ["oneOf", words, "blue", "unknown variant `blue`, expected `red` or `green`"],
    ["oneOf", words, long, `unknown variant \`${clipped}\`, expected \`red\` or \`green\``],
    ["oneOf", words, 1, "invalid type: integer `1`, expected `red` or `green`"],
    ["oneOf", oneOf(["interrupt"]), "kill", "unknown variant `kill`, expected `interrupt`"],
    ["uuid", uuid, "abc", 'invalid UUID "abc"'],
    ["uuid", uuid, `${uuidText}0`, `invalid UUID "${uuidText}0"`],
    ["uuid", uuid, 1, "invalid type: integer `1`, expected a string"],
    ["oneOf", oneOf(["a", "b", "c"]), "d", "unknown variant `d`, expected one of `a`, `b`, `c`"],
    ["nonzero", nonzero, 0, "invalid value: integer `0`, expected a nonzero usize"],
    ["nonzero", nonzero, -1, "invalid value: integer `-1`, expected a nonzero usize"],
    ["nonzero", nonzero, 1.5, "invalid type: floating point `1.5`, expected a nonzero usize"],
    ["nonzero", nonzero, "1", 'invalid type: string "1", expected a nonzero usize'],
    ["tagged", shape, null, "invalid type: null, expected internally tagged enum Shape"],
    ["tagged", shape, 3, "invalid type: integer `3`, expected internally tagged enum Shape"],
    ["tagged", shape, [], "invalid type: sequence, expected internally tagged enum Shape"],
    ["tagged", shape, { radius: 1 }, "missing field `kind`"],
    ["tagged", shape, { kind: "circle" }, "missing field `radius`"],
    [
      "tagged",
      shape,
      { kind: "toString" },
      "unknown variant `toString`, expected one of `circle`, `point`, `empty`; at `kind`",
    ],
    [
      "tagged",
      list(shape),
      [{ kind: "circle", radius: -1 }],
      "invalid number; at `0.radius`",
    ],
    ["list", list(text), "a", 'invalid type: string "a", expected a sequence'],
    ["list", list(text), { 0: "a" }, "invalid type: map, expected a sequence"],
    ["list", list(text), ["a", 1], "invalid type: integer `1`, expected a string; at `1`"],
    ["nothing", nothing, [1], "invalid type: sequence, expected unit"],
    ["nothing", nothing, [], "invalid type: sequence, expected unit"],
    ["nothing", nothing, { x: 1 }, "invalid type: map, expected unit"],
    ["nothing", nothing, "x", 'invalid type: string "x", expected unit'],
    ["bytes", bytes, "*", "Invalid symbol 42, offset 0."],
    ["bytes", bytes, null, "invalid type: null, expected a string"],
    ["pathUri", pathUri, "/x", "invalid URI: relative URL without a base"],
    ["pathUri", pathUri, 5, "invalid type: integer `5`, expected path URI string"],
    ["stringMap", stringMap, [], "invalid type: sequence, expected a map"],
    ["stringMap", stringMap, { a: 1 }, "invalid type: integer `1`, expected a string; at key `a`"],
    ["stringMap", stringMap, { a: null }, "invalid type: null, expected a string; at key `a`"],
    ["struct", outer, null, "invalid type: null, expected struct Outer"],
    ["struct", outer, [], "invalid type: sequence, expected struct Outer"],
    ["struct", outer, "x", 'invalid type: string "x", expected struct Outer'],
    ["struct", outer, {}, "missing field `id`"],
    ["struct", outer, { id: 1 }, "invalid type: integer `1`, expected a string; at `id`"],
    ["struct", outer, { id: "a", inner: {} }, "missing field `name`; at `inner.name`"],
    [
      "struct",
      outer,
      { id: "a", inner: 3 },
      "invalid type: integer `3`, expected struct Inner; at `inner`",
    ],
    [
      "struct",
      outer,
      { id: "a", items: [{ name: "b" }, { name: "c", size: -1 }] },
      "invalid number; at `items.1.size`",
    ],
  ];

for (const [name, schema, given, words] of refused) {
  Deno.test(`${name} refuses ${JSON.stringify(given)?.slice(0, 60)}: ${words.slice(0, 60)}`, () => {
    const error = assertThrows(() => decode(schema, given), RpcError);
    assertEquals([error.key, error.code, error.message], ["invalidParams", -32602, words]);
  });
}

Deno.test("stringMap keeps the names that objects inherit", () => {
  const given: unknown = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c","":"d"}');
  assertEquals(Object.entries(decode(stringMap, given)), [
    ["__proto__", "a"],
    ["constructor", "b"],
    ["toString", "c"],
    ["", "d"],
  ]);
});

Deno.test("stringMap finds a bad value under the name __proto__", () => {
  const given: unknown = JSON.parse('{"__proto__":{"a":"b"}}');
  const error = assertThrows(() => decode(stringMap, given), RpcError);
  assertEquals(error.message, "invalid type: map, expected a string; at key `__proto__`");
});

Deno.test("a struct takes no member from its prototype", () => {
  const given: unknown = JSON.parse('{"__proto__":{"id":"a"}}');
  const error = assertThrows(() => decode(outer, given), RpcError);
  assertEquals(error.message, "missing field `id`");
});
