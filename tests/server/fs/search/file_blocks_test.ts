/** Text files come in whole lines, whatever their size. @module */

import { assertEquals } from "@std/assert";
import type { OpenFile } from "../../../../server/fs/file_system.ts";
import { BlockReader } from "../../../../server/fs/search/file_blocks.ts";

const encoder = new TextEncoder();
const MIB = 1 << 20;

/** A file that holds these bytes; only reading is asked of it. */
function fileOf(bytes: Uint8Array): Pick<OpenFile, "read"> {
  return {
    read(into, offset) {
      const part = bytes.subarray(offset, offset + into.byteLength);
      into.set(part);
      return part.byteLength;
    },
  };
}

async function blocksOf(bytes: Uint8Array, size = bytes.byteLength) {
  const blocks: { text: string; line: number }[] = [];
  for await (const block of new BlockReader().blocks(fileOf(bytes), size)) blocks.push(block);
  return blocks;
}

Deno.test("a small file is one block", async () => {
  assertEquals(await blocksOf(encoder.encode("a\nb")), [{ text: "a\nb", line: 0 }]);
  assertEquals(await blocksOf(encoder.encode("")), []);
});

Deno.test("a large file comes in whole lines that are counted", async () => {
  const text = Array.from({ length: 50_000 }, (_, index) => `line ${index} é\n`).join("");
  const blocks = await blocksOf(encoder.encode(text));
  assertEquals(blocks.map((block) => block.text).join(""), text);
  for (const block of blocks) assertEquals(block.text.startsWith(`line ${block.line} `), true);
  assertEquals(blocks.length > 1, true);
});

Deno.test("a zero byte near the beginning makes a file binary, later ones do not", async () => {
  assertEquals(await blocksOf(encoder.encode("a\0b\n")), []);
  const text = `${"a\n".repeat(5000)}\0\n`;
  assertEquals((await blocksOf(encoder.encode(text))).length, 1);
});

Deno.test("bytes that are not UTF-8 are replaced, a byte order mark is left out", async () => {
  const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x0a]);
  assertEquals(await blocksOf(bytes), [{ text: "a\ufffd\n", line: 0 }]);
});

Deno.test("a line without end comes in pieces of bounded size, as one line", async () => {
  const bytes = new Uint8Array(40 * MIB).fill(0x61);
  bytes[bytes.byteLength - 2] = 0x0a;
  const blocks = await blocksOf(bytes);
  assertEquals(blocks.map(({ text, line }) => [text.length, line]), [
    [16 * MIB, 0],
    [16 * MIB, 0],
    [8 * MIB, 0],
  ]);
});

Deno.test("a file that grows is read as far as it went at first; size 0 says nothing", async () => {
  const bytes = encoder.encode("a\nb\nc\n");
  assertEquals(await blocksOf(bytes, 4), [{ text: "a\nb\n", line: 0 }]);
  assertEquals(await blocksOf(bytes, 0), [{ text: "a\nb\nc\n", line: 0 }]);
});
