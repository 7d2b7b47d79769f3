/** Frames survive any cut, and those that are too long are not taken. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { encodeFrame, FrameReader } from "../../../../server/fs/sandboxed/frame.ts";

type Frame = readonly [head: unknown, body: string];

function reading() {
  const frames: Frame[] = [];
  const reader = new FrameReader<unknown>({
    most: { head: 100, body: 100_000 },
    decode: (value) => value,
    place: (_, length) => new Uint8Array(length),
    take: (head, body) => frames.push([head, new TextDecoder().decode(body)]),
  });
  return { frames, reader };
}

const sent: readonly Frame[] = [
  [{ a: 1 }, ""],
  ["é", "body"],
  [null, "x".repeat(50_000)],
  [[], "y"],
];

function bytesOf(frames: readonly Frame[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const pieces = frames.flatMap(([head, body]) => encodeFrame(head, encoder.encode(body)));
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}

for (const size of [1, 2, 7, 8, 9, 1000, 1_000_000]) {
  Deno.test(`FrameReader puts frames together from blocks of ${size}`, () => {
    const { frames, reader } = reading();
    const bytes = bytesOf(sent);
    for (let at = 0; at < bytes.byteLength; at += size) {
      reader.push(bytes.slice(at, at + size));
    }
    assertEquals(frames, sent);
    assertEquals(reader.isInside, false);
  });
}

Deno.test("FrameReader knows when a frame has begun", () => {
  const { reader } = reading();
  const bytes = bytesOf([[{}, "body"]]);
  for (const length of [1, 8, 9, 11]) {
    const { reader } = reading();
    reader.push(bytes.slice(0, length));
    assertEquals(reader.isInside, true, `${length}`);
  }
  assertEquals(reader.isInside, false);
});

Deno.test("FrameReader takes no frame that is too long, and none without a head", () => {
  const long: readonly Frame[] = [["x".repeat(200), ""], ["x", "y".repeat(100_001)]];
  for (const frame of long) {
    assertThrows(() => reading().reader.push(bytesOf([frame])), RangeError, "is not taken");
  }
  assertThrows(() => reading().reader.push(new Uint8Array(8)), RangeError, "A frame of 0");
});
