/** The output log against a model of ten lines, and its limits one by one. @module */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { limits } from "../../../protocol/limits.ts";
import type { OutputChunk, OutputStream } from "../../../protocol/methods/process.ts";
import { type LogSlice, OutputLog } from "../../../server/process/output_log.ts";
import { randomBytes } from "../../support/random_bytes.ts";

/** What the log must do, without caring what it costs. */
class Model {
  #chunks: OutputChunk[] = [];
  nextSeq = 1;

  append(stream: OutputStream, chunk: Uint8Array<ArrayBuffer>): void {
    this.#chunks.push({ seq: this.nextSeq++, stream, chunk });
    while (this.keptBytes > limits.retainedBytes || this.#chunks.length > limits.retainedChunks) {
      this.#chunks.shift();
    }
  }

  get keptBytes(): number {
    return this.#chunks.reduce((sum, { chunk }) => sum + chunk.byteLength, 0);
  }

  readAfter(afterSeq: number, maxBytes: number | undefined): LogSlice {
    const newer = this.#chunks.filter(({ seq }) => seq > afterSeq);
    let bytes = 0;
    const cut = newer.findIndex(({ chunk }, i) =>
      (bytes += chunk.byteLength) > (maxBytes ?? Infinity) && i > 0
    );
    const chunks = cut < 0 ? newer : newer.slice(0, cut);
    const last = chunks.at(-1);
    return { chunks, nextSeq: maxBytes === undefined || !last ? this.nextSeq : last.seq + 1 };
  }
}

/** Everything to be compared about a slice, bytes as short text. */
function flat({ chunks, nextSeq }: LogSlice): unknown[] {
  return [nextSeq, ...chunks.map(({ seq, stream, chunk }) => [seq, stream, chunk.toBase64()])];
}

type Step =
  | { readonly kind: "append"; readonly stream: OutputStream; readonly length: number }
  | { readonly kind: "mark" }
  | { readonly kind: "read"; readonly back: number; readonly maxBytes: number | undefined };

const append = fc.record({
  kind: fc.constant<"append">("append"),
  stream: fc.constantFrom<OutputStream>("stdout", "stderr", "pty"),
  length: fc.oneof(
    fc.nat(20),
    fc.nat(limits.maxChunkBytes),
    fc.constantFrom(0, 255, 256, 257, limits.maxChunkBytes),
  ),
});
const mark = fc.constant<Step>({ kind: "mark" });
const read = fc.record({
  kind: fc.constant<"read">("read"),
  back: fc.integer({ min: -3, max: 40 }),
  maxBytes: fc.option(fc.oneof(fc.nat(20), fc.nat(300_000)), { nil: undefined }),
});
const steps = fc.array(
  fc.oneof({ arbitrary: append, weight: 6 }, { arbitrary: mark, weight: 1 }, {
    arbitrary: read,
    weight: 2,
  }),
  { minLength: 20, maxLength: 80, size: "max" },
);

function follow(log: OutputLog, model: Model, step: Step, seed: number): void {
  switch (step.kind) {
    case "append": {
      const bytes = randomBytes(step.length, seed);
      assertEquals(log.append(step.stream, bytes), model.nextSeq);
      model.append(step.stream, bytes);
      break;
    }
    case "mark":
      assertEquals(log.mark(), model.nextSeq++);
      break;
    case "read": {
      const afterSeq = Math.max(0, model.nextSeq - 1 - step.back);
      assertEquals(
        flat(log.readAfter(afterSeq, step.maxBytes)),
        flat(model.readAfter(afterSeq, step.maxBytes)),
      );
      assertEquals(
        log.hasOutputAfter(afterSeq),
        model.readAfter(afterSeq, undefined).chunks.length > 0,
      );
      break;
    }
  }
  assertEquals([log.nextSeq, log.keptBytes], [model.nextSeq, model.keptBytes]);
}

Deno.test("OutputLog does what its model does, over eviction and wraps of its ring", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const log = new OutputLog();
      const model = new Model();
      for (const [index, step] of list.entries()) follow(log, model, step, index + 1);
      assertEquals(flat(log.readAfter(0, undefined)), flat(model.readAfter(0, undefined)));
    }),
    { numRuns: 25 },
  );
});

function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length);
}

Deno.test("OutputLog keeps exactly 1 MiB, and forgets whole chunks beyond it", () => {
  const log = new OutputLog();
  for (let i = 0; i < 128; i++) log.append("stdout", bytesOf(8192));
  assertEquals([log.readAfter(0, undefined).chunks.length, log.keptBytes], [128, 1_048_576]);
  log.append("stdout", bytesOf(1));
  const { chunks, nextSeq } = log.readAfter(0, undefined);
  assertEquals([chunks[0]?.seq, chunks.length, nextSeq], [2, 128, 130]);
  assertEquals(log.keptBytes, 1_048_576 - 8192 + 1);
});

Deno.test("OutputLog keeps exactly 50000 chunks", () => {
  const log = new OutputLog();
  for (let i = 0; i < 50_000; i++) log.append("stdout", randomBytes(1, i));
  assertEquals(log.readAfter(0, undefined).chunks.length, 50_000);
  log.append("stderr", randomBytes(1, 7));
  const { chunks } = log.readAfter(0, undefined);
  assertEquals([chunks.length, chunks[0]?.seq, chunks.at(-1)?.stream], [50_000, 2, "stderr"]);
  for (let i = 0; i < 60_000; i++) log.append("stdout", randomBytes(1, i));
  assertEquals(log.readAfter(0, 3).chunks.map(({ seq }) => seq), [60_002, 60_003, 60_004]);
});

Deno.test("OutputLog keeps empty chunks among the others", () => {
  const log = new OutputLog();
  log.append("stdout", bytesOf(0));
  log.append("stdout", randomBytes(2));
  log.append("stderr", bytesOf(0));
  const lengths = log.readAfter(0, undefined).chunks.map(({ chunk }) => chunk.byteLength);
  assertEquals(lengths, [0, 2, 0]);
});

Deno.test("OutputLog copies what it is given and what it gives", () => {
  const log = new OutputLog();
  const bytes = new Uint8Array([1, 2, 3]);
  log.append("stdout", bytes);
  bytes.fill(9);
  log.readAfter(0, undefined).chunks[0]?.chunk.fill(8);
  assertEquals(log.readAfter(0, undefined).chunks[0]?.chunk, new Uint8Array([1, 2, 3]));
});

const bounds:
  readonly (readonly [maxBytes: number | undefined, seqs: number[], nextSeq: number])[] = [
    [undefined, [1, 2, 4], 6],
    [0, [1], 2],
    [1, [1], 2],
    [10, [1], 2],
    [19, [1], 2],
    [20, [1, 2], 3],
    [29, [1, 2], 3],
    [30, [1, 2, 4], 5],
    [1000, [1, 2, 4], 5],
  ];

for (const [maxBytes, seqs, nextSeq] of bounds) {
  Deno.test(`OutputLog.readAfter() with maxBytes ${maxBytes} returns ${seqs.length} chunks`, () => {
    const log = new OutputLog();
    log.append("stdout", bytesOf(10));
    log.append("stdout", bytesOf(10));
    log.mark();
    log.append("stdout", bytesOf(10));
    log.mark();
    const slice = log.readAfter(0, maxBytes);
    assertEquals([slice.chunks.map(({ seq }) => seq), slice.nextSeq], [seqs, nextSeq]);
  });
}

Deno.test("OutputLog.readAfter() beyond the end returns nothing and the next number", () => {
  const log = new OutputLog();
  log.append("stdout", bytesOf(1));
  log.mark();
  for (const afterSeq of [1, 2, 3, 2 ** 60]) {
    assertEquals(log.readAfter(afterSeq, 5), { chunks: [], nextSeq: 3 });
    assertEquals(log.hasOutputAfter(afterSeq), false);
  }
});

Deno.test("OutputLog wakes those who wait, once, and not those who gave up", () => {
  const log = new OutputLog();
  const woken: string[] = [];
  log.onNextEvent(() => woken.push("a"));
  const forget = log.onNextEvent(() => woken.push("b"));
  log.onNextEvent(() => {
    woken.push("c");
    log.onNextEvent(() => woken.push("again"));
  });
  forget();
  log.append("stdout", bytesOf(1));
  assertEquals(woken, ["a", "c"]);
  log.mark();
  log.mark();
  assertEquals(woken, ["a", "c", "again"]);
});
