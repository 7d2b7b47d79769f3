/** Long base64 that is encoded while it is sent: every byte, mask, bound and end of it. @module */

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { LongBase64 } from "../../../protocol/transport/long_base64.ts";
import { putBase64, putText } from "../../../protocol/transport/put_text.ts";
import { SendQueue } from "../../../protocol/transport/send_queue.ts";
import type { TextFrame } from "../../../protocol/transport/text_frame.ts";
import { joinBase64 } from "../../../protocol/transport/transport.ts";
import {
  beginFrame,
  FrameDecoder,
  frameHeadLength,
} from "../../../protocol/transport/websocket_frame.ts";
import { joinBytes } from "../../support/byte_wire.ts";
import { randomBytes } from "../../support/random_bytes.ts";

const BLOCK_BYTES = 192 * 1024;

/** A WebSocket frame of either role. */
function frameOf(isMasked: boolean): TextFrame {
  return {
    headLength: (length) => frameHeadLength(length, isMasked),
    tailLength: 0,
    begin: (place, length) => beginFrame(place, { opcode: 1, isMasked, length }),
    end: () => {},
  };
}

const LINE: TextFrame = {
  headLength: () => 0,
  tailLength: 1,
  begin: () => undefined,
  end: (place) => void place.fill(0x0a, 0, 1),
};

/** The message in pieces of the given size. */
function piecesOf(message: LongBase64, placeBytes: number): Uint8Array<ArrayBuffer>[] {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let left = message.length; left > 0;) {
    const place = new Uint8Array(placeBytes);
    const written = message.next(place);
    assert(written > 0);
    pieces.push(place.subarray(0, written));
    left -= written;
  }
  return pieces;
}

/** What the other side reads, joined again. */
function readFrame(bytes: Uint8Array<ArrayBuffer>, isMasked: boolean): string {
  const decoder = new FrameDecoder(isMasked ? "fromClient" : "fromServer");
  decoder.push(bytes);
  const frame = decoder.next();
  assertEquals([frame?.isFinal, frame?.opcode, decoder.next()], [true, 1, undefined]);
  return new TextDecoder().decode(frame?.payload);
}

Deno.test("LongBase64 is the same frame, into whatever places it is written", () => {
  const texts = fc.record({
    before: fc.string({ maxLength: 9 }),
    bytes: fc.nat(900).map((length) => randomBytes(length, length)),
    after: fc.string({ maxLength: 9 }),
  });
  fc.assert(
    fc.property(texts, fc.integer({ min: 64, max: 400 }), fc.boolean(), (text, size, masked) => {
      const pieces = piecesOf(new LongBase64(text, frameOf(masked)), size);
      assertEquals(readFrame(joinBytes(pieces), masked), joinBase64(text).toWellFormed());
      for (const piece of pieces) assertLessOrEqual(piece.byteLength, size);
    }),
  );
});

Deno.test("LongBase64 ends a line after its text, also when that needs a place of its own", () => {
  const bytes = randomBytes(300);
  for (let size = 40; size < 60; size++) {
    const pieces = piecesOf(new LongBase64({ before: "b", bytes, after: "after" }, LINE), size);
    assertEquals(new TextDecoder().decode(joinBytes(pieces)), `b${bytes.toBase64()}after\n`);
  }
});

Deno.test("a long message goes between its neighbours, block by block, and then lets go", async () => {
  const written: Uint8Array<ArrayBuffer>[] = [];
  const buffers = new Set<ArrayBuffer>();
  const queue = new SendQueue((block) => {
    written.push(block.slice());
    buffers.add(block.buffer);
    return Promise.resolve();
  }, () => {});
  let released = 0;
  const bytes = randomBytes(3_000_000);
  putText(queue, "first", LINE);
  putBase64(queue, { before: "<", bytes, after: ">", release: () => released++ }, LINE);
  putText(queue, "last", LINE);
  assertEquals([queue.queuedBytes, released], [6 + 4_000_003 + 5, 0]);
  await queue.drained(0);
  assertEquals(released, 1);
  assert(new TextDecoder().decode(joinBytes(written)) === `first\n<${bytes.toBase64()}>\nlast\n`);
  for (const block of written) assertLessOrEqual(block.byteLength, BLOCK_BYTES);
  assertLessOrEqual(buffers.size, 3);
});

Deno.test("a queue that stops lets go of the long messages in it, sent or not", async () => {
  const gate = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const queue = new SendQueue(() => {
    arrived.resolve();
    return gate.promise;
  }, () => {});
  const released: string[] = [];
  const put = (name: string) => {
    const bytes = randomBytes(1_000_000);
    putBase64(queue, { before: "", bytes, after: "", release: () => released.push(name) }, LINE);
  };
  put("being sent");
  await arrived.promise;
  put("waiting");
  queue.stop();
  put("too late");
  assertEquals([released, queue.queuedBytes], [["waiting", "too late"], 0]);
  gate.reject(new Error("closed"));
  await Promise.allSettled([gate.promise]);
  await Promise.resolve();
  assertEquals(released, ["waiting", "too late", "being sent"]);
});
