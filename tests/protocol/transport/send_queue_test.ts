/** The queue in front of a writer: order, joining, counting, failure, reuse of memory. @module */

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { limits } from "../../../protocol/limits.ts";
import { putBase64, putText } from "../../../protocol/transport/put_text.ts";
import { SendQueue } from "../../../protocol/transport/send_queue.ts";
import type { TextFrame } from "../../../protocol/transport/text_frame.ts";
import { joinBase64 } from "../../../protocol/transport/transport.ts";
import { joinBytes } from "../../support/byte_wire.ts";
import { randomBytes } from "../../support/random_bytes.ts";

const encoder = new TextEncoder();
const BLOCK_BYTES = 192 * 1024;

/** A frame of one byte on each side. */
const BRACKETS: TextFrame = {
  headLength: () => 1,
  tailLength: 1,
  begin: (place) => void place.set(encoder.encode("[")),
  end: (place) => place.set(encoder.encode("]")),
};

/** A writer that takes a block only when the test lets it. */
class GatedWriter {
  readonly blocks: Uint8Array<ArrayBuffer>[] = [];
  readonly buffers = new Set<ArrayBuffer>();
  #gate = Promise.withResolvers<void>();
  #isOpen = false;
  #arrival = Promise.withResolvers<void>();

  readonly write = async (block: Uint8Array<ArrayBuffer>): Promise<void> => {
    this.buffers.add(block.buffer);
    this.#arrival.resolve();
    if (!this.#isOpen) await this.#gate.promise;
    this.blocks.push(block.slice());
  };

  /** Settles when the next block has arrived and waits at the gate. */
  async arrived(): Promise<void> {
    await this.#arrival.promise;
    this.#arrival = Promise.withResolvers();
  }

  /** Lets the block at the gate through. */
  letOne(): void {
    this.#gate.resolve();
    this.#gate = Promise.withResolvers();
  }

  open(): void {
    this.#isOpen = true;
    this.#gate.resolve();
  }

  fail(reason: string): void {
    this.#gate.reject(new Error(reason));
  }

  get text(): string {
    return new TextDecoder().decode(joinBytes(this.blocks));
  }
}

function put(queue: SendQueue, text: string): void {
  putText(queue, text, BRACKETS);
}

Deno.test("SendQueue writes what comes in one go as one block, and joins what comes meanwhile", async () => {
  const writer = new GatedWriter();
  const queue = new SendQueue(writer.write, () => {});
  put(queue, "a");
  put(queue, "b");
  await writer.arrived();
  for (const text of ["ç", "d"]) put(queue, text);
  assertEquals(queue.queuedBytes, 13);
  writer.open();
  await queue.drained(0);
  assertEquals(writer.blocks.map((block) => block.byteLength), [6, 7]);
  assertEquals([writer.text, queue.queuedBytes], ["[a][b][ç][d]", 0]);
});

Deno.test("SendQueue writes any texts in order, whatever their size", async () => {
  const text = fc.tuple(
    fc.constantFrom("a", "é", "😀", "\ud800"),
    fc.constantFrom(0, 1, 50, 1000, 65_000, BLOCK_BYTES / 2, BLOCK_BYTES - 2, BLOCK_BYTES),
  ).map(([sign, times]) => sign.repeat(times));
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 8 }), fc.nat(8), async (texts, pause) => {
      const writer = new GatedWriter();
      const queue = new SendQueue(writer.write, () => {});
      for (const [index, one] of texts.entries()) {
        put(queue, one);
        if (index === pause) {
          writer.open();
          await queue.drained(0);
        }
      }
      writer.open();
      await queue.drained(0);
      assert(writer.text === texts.map((one) => `[${one.toWellFormed()}]`).join(""));
    }),
    { numRuns: 40 },
  );
});

Deno.test("SendQueue uses the memory of written blocks again", async () => {
  const writer = new GatedWriter();
  writer.open();
  const queue = new SendQueue(writer.write, () => {});
  const text = "x".repeat(60_000);
  for (let round = 0; round < 500; round++) {
    put(queue, text);
    if (round % 20 === 0) await queue.drained(0);
  }
  await queue.drained(0);
  const mostBlocks = Math.ceil(limits.sendHighWaterBytes / BLOCK_BYTES) + 2;
  assertLessOrEqual(writer.buffers.size, mostBlocks);
  assertEquals(joinBytes(writer.blocks).byteLength, 500 * 60_002);
});

Deno.test("SendQueue never overwrites a block that is being written", async () => {
  const writer = new GatedWriter();
  const queue = new SendQueue(writer.write, () => {});
  put(queue, "first");
  await writer.arrived();
  for (let i = 0; i < 100; i++) put(queue, "y".repeat(10_000));
  writer.open();
  await queue.drained(0);
  assertEquals(new TextDecoder().decode(writer.blocks[0]), "[first]");
});

Deno.test("SendQueue writes no empty block before a text that outgrows one in UTF-8", async () => {
  const writer = new GatedWriter();
  writer.open();
  const queue = new SendQueue(writer.write, () => {});
  put(queue, `${"a".repeat(BLOCK_BYTES - 10)}éééééé`);
  await queue.drained(0);
  assertEquals(writer.blocks.map((block) => block.byteLength), [BLOCK_BYTES + 4]);
});

Deno.test("drained() waits for its own mark, and only as long as needed", async () => {
  const writer = new GatedWriter();
  const queue = new SendQueue(writer.write, () => {});
  put(queue, "a".repeat(98));
  await writer.arrived();
  put(queue, "b".repeat(48));
  const order: string[] = [];
  const marks = [0, 50, 149].map((mark) => queue.drained(mark).then(() => order.push(`${mark}`)));
  await queue.drained(150);
  writer.letOne();
  await marks[1];
  assertEquals(order.toSorted(), ["149", "50"]);
  writer.open();
  await Promise.all(marks);
  assertEquals(order.at(-1), "0");
});

Deno.test("SendQueue tells of a failed write once and writes no more", async () => {
  const writer = new GatedWriter();
  const failures: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const queue = new SendQueue(writer.write, (error) => {
    failures.push(error instanceof Error ? error.message : error);
    queue.stop();
    resolve();
  });
  put(queue, "a");
  put(queue, "b");
  const drained = queue.drained(0);
  writer.fail("pipe broken");
  await Promise.all([promise, drained]);
  put(queue, "c");
  assertEquals([failures, writer.blocks.length, queue.queuedBytes], [["pipe broken"], 0, 0]);
});

Deno.test("SendQueue.stop() drops what waits and lets go of everyone", async () => {
  const writer = new GatedWriter();
  const failures: unknown[] = [];
  const queue = new SendQueue(writer.write, (error) => failures.push(error));
  put(queue, "a");
  put(queue, "b");
  await writer.arrived();
  const drained = queue.drained(0);
  queue.stop();
  await drained;
  await queue.drained(0);
  put(queue, "c");
  putBase64(queue, { before: "é", bytes: new Uint8Array(), after: "" }, BRACKETS);
  // The end of a write that was under way is no failure any more.
  writer.fail("closed");
  assertEquals([queue.queuedBytes, writer.blocks.length, failures], [0, 0, []]);
});

Deno.test("SendQueue takes back a place that was not filled", async () => {
  const writer = new GatedWriter();
  writer.open();
  const queue = new SendQueue(writer.write, () => {});
  assertEquals(queue.put(5, () => false), false);
  assertEquals(queue.queuedBytes, 0);
  put(queue, "next");
  await queue.drained(0);
  assertEquals(writer.text, "[next]");
});

Deno.test("putBase64() writes what joinBase64() makes, at every address", async () => {
  const writer = new GatedWriter();
  const queue = new SendQueue(writer.write, () => {});
  let expected = "";
  for (let length = 0; length < 40; length++) {
    const text = {
      before: "x".repeat(length % 5),
      bytes: randomBytes(length * 997, length),
      after: '"}',
    };
    putBase64(queue, text, BRACKETS);
    expected += `[${joinBase64(text)}]`;
  }
  writer.open();
  await queue.drained(0);
  assert(writer.text === expected);
});

for (
  const [before, after] of [["é", ""], ["é", "a"], ["", "é"], ["", "é1"], ["é", "éa"]] as const
) {
  Deno.test(`putBase64() writes the texts "${before}" and "${after}" as UTF-8`, async () => {
    const writer = new GatedWriter();
    writer.open();
    const queue = new SendQueue(writer.write, () => {});
    for (const length of [9, 100_000]) {
      const released = Promise.withResolvers<void>();
      const text = { before, bytes: randomBytes(length), after, release: released.resolve };
      putBase64(queue, text, BRACKETS);
      await queue.drained(0);
      assertEquals(writer.text, `[${joinBase64(text)}]`);
      writer.blocks.length = 0;
      await released.promise;
    }
  });
}
