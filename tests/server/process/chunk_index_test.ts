/** The queue of kept chunks against an array. @module */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { limits } from "../../../protocol/limits.ts";
import { ChunkIndex, type IndexedChunk } from "../../../server/process/chunk_index.ts";

const streams = ["stdout", "stderr", "pty"] as const;

Deno.test("ChunkIndex does what an array does", () => {
  const step = fc.oneof({ arbitrary: fc.constant("push"), weight: 3 }, fc.constant("shift"));
  fc.assert(fc.property(fc.array(step, { maxLength: 200, size: "max" }), (list) => {
    const index = new ChunkIndex();
    const model: IndexedChunk[] = [];
    for (const [i, kind] of list.entries()) {
      if (kind === "push") {
        const stream = streams[i % 3] ?? "pty";
        const chunk = { seq: 2 * i + 1, stream, start: i * 2 ** 40, length: i };
        index.push(chunk);
        model.push(chunk);
      } else {
        assertEquals(index.shift(), model.shift()?.length ?? 0);
      }
      assertEquals(index.size, model.length);
    }
    assertEquals(Array.from(model, (_, position) => index.at(position)), model);
    assertEquals([index.at(-1), index.at(model.length)], [undefined, undefined]);
    for (const seq of [0, 5, list.length, 2 * list.length]) {
      const found = model.findIndex((chunk) => chunk.seq > seq);
      assertEquals(index.positionAfter(seq), found < 0 ? model.length : found);
    }
  }));
});

Deno.test("ChunkIndex holds as many chunks as are ever kept", () => {
  const index = new ChunkIndex();
  for (let seq = 1; seq <= limits.retainedChunks; seq++) {
    index.push({ seq, stream: "stdout", start: seq, length: 1 });
  }
  for (let seq = 1; seq <= 10; seq++) {
    index.shift();
    index.push({ seq: limits.retainedChunks + seq, stream: "pty", start: seq, length: 2 });
  }
  assertEquals([index.size, index.at(0)?.seq], [limits.retainedChunks, 11]);
  assertEquals(index.at(limits.retainedChunks - 1)?.seq, limits.retainedChunks + 10);
});
