/** The image of a stub: what the kernel is told about it. @module */

import { assertEquals } from "@std/assert";
import { elfImage } from "../../../sandbox/stub/elf.ts";

const WRITABLE = 2;
const EXECUTABLE = 1;

for (const [architecture, machine] of [["x86_64", 62], ["aarch64", 183]] as const) {
  Deno.test(`elfImage() is a static program for ${architecture} that begins with its code`, () => {
    const code = new Uint8Array([1, 2, 3, 4, 5]);
    const image = elfImage(code, { architecture });
    const view = new DataView(image.buffer);
    assertEquals([...image.subarray(0, 7)], [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    assertEquals(view.getUint16(18, true), machine);
    const [start, count] = [Number(view.getBigUint64(32, true)), view.getUint16(56, true)];
    const base = Number(view.getBigUint64(start + 16, true));
    const entry = Number(view.getBigUint64(24, true)) - base;
    assertEquals([...image.subarray(entry)], [...code]);
    const flags = Array.from({ length: count }, (_, index) => {
      return view.getUint32(start + 56 * index + 4, true);
    });
    assertEquals(flags.length, 2);
    assertEquals(flags.filter((it) => (it & WRITABLE) !== 0 && (it & EXECUTABLE) !== 0), []);
  });
}
