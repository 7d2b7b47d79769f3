/** Base64 where the runtime has its own, and where it has none. @module */

import { assertEquals, assertThrows } from "@std/assert";
import * as builtIn from "../../protocol/built_in_base64.ts";
import { randomBytes } from "../support/random_bytes.ts";

/** The module as it is in a runtime without base64 of its own. */
async function withoutBuiltIn(): Promise<typeof builtIn> {
  const own = Object.getOwnPropertyDescriptor(Uint8Array, "fromBase64") ?? {};
  Reflect.deleteProperty(Uint8Array, "fromBase64");
  try {
    // Another address, so that it is evaluated anew.
    return await import(`../../protocol/built_in_base64.ts${"?without"}`);
  } finally {
    Object.defineProperty(Uint8Array, "fromBase64", own);
  }
}

const older = await withoutBuiltIn();

Deno.test("Base64 by older means is the same as by the runtime's own", () => {
  for (const length of [0, 1, 2, 3, 4, 63, 8191, 8192, 8193, 100_000]) {
    const bytes = randomBytes(length);
    const text = builtIn.toBase64(bytes);
    assertEquals(older.toBase64(bytes), text);
    assertEquals(older.toBase64Url(bytes), builtIn.toBase64Url(bytes));
    assertEquals(older.fromBase64(text), bytes);
    assertEquals(older.fromBase64Url(builtIn.toBase64Url(bytes)), bytes);
    const place = new Uint8Array(length + 3);
    assertEquals(older.setFromBase64(place, text), length);
    assertEquals(place.subarray(0, length), bytes);
  }
});

Deno.test("Base64 by older means is one spelling, also of a long text", () => {
  const text = builtIn.toBase64(randomBytes(100_000));
  const place = text.length / 2;
  for (const sign of [" ", "\n", "=", "-", "ü"]) {
    const wrong = text.slice(0, place) + sign + text.slice(place + 1);
    assertThrows(() => older.fromBase64(wrong));
    assertThrows(() => older.setFromBase64(new Uint8Array(100_000), wrong));
  }
  for (const wrong of [`${text}\n`, `${text}    `, ` ${text.slice(1)}`, text.replaceAll("=", "")]) {
    assertThrows(() => older.fromBase64(wrong));
  }
});

Deno.test("Base64 by older means takes a time that grows with the text, and no stack", () => {
  const bytes = new Uint8Array(8 * 1024 * 1024).fill(255);
  assertEquals(older.fromBase64(older.toBase64(bytes)).byteLength, bytes.byteLength);
});

for (const wrong of ["A", "AA", "AAA", "AB==", "AAB=", "A===", "AAAA=", "=AAA", "AA-_", "ü"]) {
  Deno.test(`Base64 by either means refuses ${wrong}`, () => {
    assertThrows(() => builtIn.fromBase64(wrong));
    assertThrows(() => older.fromBase64(wrong));
  });
}
