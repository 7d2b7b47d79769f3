/** Labels in machine code: forwards, backwards, twice, missing. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { CodeBuffer } from "../../../sandbox/stub/code_buffer.ts";

Deno.test("CodeBuffer patches references in both directions", () => {
  const buffer = new CodeBuffer();
  const patch = (code: DataView, at: number, distance: number) => code.setInt8(at, distance);
  buffer.refer("end", patch);
  buffer.bytes([0]);
  buffer.label("middle");
  buffer.align(4);
  buffer.refer("middle", patch);
  buffer.word(0x0403_0200);
  buffer.label("end");
  assertEquals([...buffer.finish()], [8, 0, 0, 0, 0xfd, 2, 3, 4]);
});

Deno.test("CodeBuffer refuses a label that is defined twice, and one that is not", () => {
  const buffer = new CodeBuffer();
  buffer.label("a");
  assertThrows(() => buffer.label("a"), Error, 'Label "a" is defined twice');
  buffer.refer("b", () => {});
  assertThrows(() => buffer.finish(), Error, 'Label "b" is not defined');
});
