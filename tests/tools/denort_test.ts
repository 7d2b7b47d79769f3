/** Cutting Deno's base out of a compiled program. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { cutBase } from "../../tools/denort.ts";

/** An ELF-64 header alone, with its section headers said to be at 80: two of 8 bytes. */
function program(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0x28, 80n, true);
  view.setUint16(0x3a, 8, true);
  view.setUint16(0x3c, 2, true);
  return bytes;
}

Deno.test("cutBase() keeps all up to the end of the section headers", () => {
  assertEquals(cutBase(program(200)).length, 96);
});

Deno.test("cutBase() refuses a program that was cut short", () => {
  assertThrows(() => cutBase(program(95)), Error, "section headers");
});
