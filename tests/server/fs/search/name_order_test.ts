/** Names are in the order of their bytes, however many there are. @module */

import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { nativeBytes, nativeText } from "../../../../protocol/native_path.ts";
import { compareNames, firstByName } from "../../../../server/fs/search/name_order.ts";

const noPause = { next: () => undefined };

function named(names: readonly string[]): { name: string }[] {
  return names.map((name) => ({ name }));
}

async function sorted(names: readonly string[], limit = Infinity): Promise<string[]> {
  return (await firstByName(named(names), limit, noPause)).map(({ name }) => name);
}

function byBytes(one: string, other: string): number {
  const [left, right] = [nativeBytes(one), nativeBytes(other)];
  const at = left.findIndex((byte, index) => byte !== right[index]);
  if (at < 0) return left.byteLength - right.byteLength;
  return at >= right.byteLength ? 1 : (left[at] ?? 0) - (right[at] ?? 0);
}

const bytes = fc.array(
  fc.constantFrom(0x41, 0x7a, 0x80, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xee, 0xf0, 0x9f, 0x98, 0xff),
  { minLength: 1, maxLength: 8 },
).map((list) => nativeText(new Uint8Array(list)));
const names = fc.uniqueArray(fc.oneof(bytes, fc.string({ unit: "binary", minLength: 1 })), {
  maxLength: 40,
});

Deno.test("compareNames() orders names as their bytes", () => {
  fc.assert(fc.property(bytes, bytes, (one, other) => {
    assertEquals(Math.sign(compareNames(one, other)), Math.sign(byBytes(one, other)));
  }));
});

Deno.test("firstByName() orders any names as their bytes", async () => {
  await fc.assert(fc.asyncProperty(names, async (list) => {
    assertEquals(await sorted(list), [...list].sort(byBytes));
  }));
});

Deno.test("firstByName() knows what UTF-16 gets wrong", async () => {
  const list = ["\u{1f600}", "\uffff", "\ue000", nativeText(new Uint8Array([0xff])), "z", "é"];
  assertEquals(await sorted(list), [
    "z",
    "é",
    "\ue000",
    "\uffff",
    "\u{1f600}",
    nativeText(new Uint8Array([0xff])),
  ]);
});

Deno.test("firstByName() gives the first of many, with pauses between pieces of work", async () => {
  const many = Array.from({ length: 30_000 }, (_, index) => `n${(index * 7919) % 30_000}`);
  let pauses = 0;
  const first = await firstByName(named(many), 5000, {
    next() {
      pauses++;
      return Promise.resolve();
    },
  });
  assertEquals(first.map(({ name }) => name), [...many].sort().slice(0, 5000));
  assert(pauses > 10, `${pauses} pauses`);
});
