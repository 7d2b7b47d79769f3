/** Newline-delimited messages: the same from any cut of the bytes; limits and ends. @module */

import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { limits } from "../../../protocol/limits.ts";
import { LineTransport } from "../../../protocol/transport/lines.ts";
import { joinBase64 } from "../../../protocol/transport/transport.ts";
import { CollectingSink, streamOf } from "../../support/byte_wire.ts";
import { cutBytes, randomBytes } from "../../support/random_bytes.ts";

const encoder = new TextEncoder();

/** A transport that reads these pieces, and what it writes. */
function transportOf(
  pieces: Iterable<Uint8Array<ArrayBuffer>>,
  options?: { staysOpen: boolean },
): { transport: LineTransport; sink: CollectingSink } {
  const sink = new CollectingSink();
  const streams = { readable: streamOf(pieces, options), writable: sink.writable };
  return { transport: new LineTransport(streams, "exec-server stdio"), sink };
}

/** Everything a transport receives until its end, and why it ended. */
async function receiveAll(
  pieces: Iterable<Uint8Array<ArrayBuffer>>,
): Promise<{ lines: string[]; reason: string }> {
  const { transport } = transportOf(pieces);
  const lines: string[] = [];
  for (;;) {
    const line = await transport.receive();
    if (line === undefined) return { lines, reason: await transport.closed };
    lines.push(line);
  }
}

const samples: readonly (readonly [bytes: string, ...lines: string[]])[] = [
  [""],
  ["\n"],
  ["\n\r\n  \n\t\n"],
  ["a\n", "a"],
  ["a", "a"],
  ["a\nb\n", "a", "b"],
  ["a\n\n\nb", "a", "b"],
  ["a\r\nb\r\n", "a\r", "b\r"],
  [" a \n", " a "],
  ["é😀\nü", "é😀", "ü"],
  ["a\rb\n", "a\rb"],
  ["a\u2028b\n", "a\u2028b"],
];

for (const [bytes, ...lines] of samples) {
  Deno.test(`LineTransport reads ${JSON.stringify(bytes)} as ${JSON.stringify(lines)}`, async () => {
    assertEquals((await receiveAll([encoder.encode(bytes)])).lines, lines);
  });
}

Deno.test("LineTransport ends with the stream, and says so", async () => {
  const { reason } = await receiveAll([encoder.encode("a\n")]);
  assertEquals(reason, "exec-server stdio reached its end");
});

Deno.test("LineTransport reads the same lines from any cut of the bytes", async () => {
  const line = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replaceAll("\n", "")),
    fc.constantFrom("", "\r", "  "),
  );
  const cuts = fc.array(fc.nat(150), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 8 }),
      cuts,
      fc.boolean(),
      async (lines, at, end) => {
        const bytes = encoder.encode(lines.join("\n") + (end ? "\n" : ""));
        const expected = lines.filter((text) => text.trim() !== "");
        assertEquals((await receiveAll(cutBytes(bytes, at))).lines, expected);
        const each = Array.from(bytes, (byte) => new Uint8Array([byte]));
        assertEquals((await receiveAll(each)).lines, expected);
      },
    ),
  );
});

Deno.test("LineTransport reads a line larger than any block it comes in", async () => {
  const text = "x".repeat(3_000_000);
  const bytes = encoder.encode(`${text}\nnext\n`);
  const cuts = Array.from({ length: 100 }, (_, i) => i * 65_536);
  const { lines } = await receiveAll(cutBytes(bytes, cuts));
  assertEquals(lines.map((line) => line.length), [3_000_000, 4]);
});

/** A line of `length` bytes and its end, in blocks as pipes give them, without much memory. */
function* longLine(length: number): Generator<Uint8Array<ArrayBuffer>> {
  const block = new Uint8Array(1024 * 1024).fill("x".charCodeAt(0));
  for (let left = length; left > 0; left -= block.byteLength) yield block.subarray(0, left);
  yield encoder.encode("\nafter\n");
}

Deno.test("LineTransport takes a line of 64 MiB", async () => {
  const { lines } = await receiveAll(longLine(limits.maxMessageBytes));
  assertEquals(lines.map((line) => line.length), [limits.maxMessageBytes, 5]);
});

Deno.test("LineTransport ends at a line one byte over 64 MiB", async () => {
  const { lines, reason } = await receiveAll(longLine(limits.maxMessageBytes + 1));
  assertEquals(lines, []);
  assertEquals(
    reason,
    "cannot read from exec-server stdio: A line is longer than 67108864 bytes",
  );
});

Deno.test("LineTransport ends at a line over 64 MiB that comes in one block", async () => {
  const line = encoder.encode(`${"x".repeat(limits.maxMessageBytes + 1)}\n`);
  assertEquals((await receiveAll([line])).lines.length, 0);
});

/** One byte at a time, all in the same block, as a source may reuse what was taken from it. */
function* dribble(text: string): Generator<Uint8Array<ArrayBuffer>> {
  const block = new Uint8Array(64 * 1024);
  for (const byte of encoder.encode(text)) {
    block[0] = byte;
    yield block.subarray(0, 1);
  }
}

Deno.test("LineTransport keeps the bytes of an unfinished line, not the blocks they came in", async () => {
  const text = "0123456789".repeat(400);
  assertEquals((await receiveAll(dribble(`${text}\n`))).lines, [text]);
});

for (const [what, bytes] of [["a lone byte", [0xff]], ["half a character", [0xc3]]] as const) {
  Deno.test(`LineTransport ends at ${what} that is not UTF-8, after the lines before it`, async () => {
    const bad = new Uint8Array([0x61, 0x0a, ...bytes, 0x0a, 0x62, 0x0a]);
    const { lines, reason } = await receiveAll([bad]);
    assertEquals(lines, ["a"]);
    assertMatch(reason, /^cannot read from exec-server stdio: /);
  });
}

Deno.test("LineTransport keeps a byte order mark, which is no JSON", async () => {
  assertEquals((await receiveAll([encoder.encode("\ufeff{}\n")])).lines, ["\ufeff{}"]);
});

Deno.test("LineTransport ends with the words of a reader that fails", async () => {
  const readable = new ReadableStream({ pull: () => Promise.reject(new Error("Wire cut")) });
  const streams = { readable, writable: new CollectingSink().writable };
  const transport = new LineTransport(streams, "exec-server stdio");
  assertEquals(await transport.receive(), undefined);
  assertEquals(await transport.closed, "cannot read from exec-server stdio: Wire cut");
});

Deno.test("LineTransport writes one line per message, in order", async () => {
  const { transport, sink } = transportOf([], { staysOpen: true });
  transport.send('{"a":1}');
  transport.send('{"é":"😀"}');
  transport.sendBase64({ before: '{"b":"', bytes: new Uint8Array([1, 2, 3]), after: '"}' });
  transport.sendBase64({ before: '{"ü":"', bytes: new Uint8Array([1]), after: '"}' });
  await transport.finish("done");
  assertEquals(sink.text, '{"a":1}\n{"é":"😀"}\n{"b":"AQID"}\n{"ü":"AQ=="}\n');
  assertEquals(await transport.closed, "done");
});

Deno.test("LineTransport ends when the other side no longer reads", async () => {
  const writable = new WritableStream({ write: () => Promise.reject(new Error("Broken pipe")) });
  const streams = { readable: streamOf([], { staysOpen: true }), writable };
  const transport = new LineTransport(streams, "exec-server stdio");
  const receiving = transport.receive();
  transport.send("a");
  assertEquals(await transport.closed, "cannot write to exec-server stdio: it no longer reads");
  assertEquals(await receiving, undefined);
});

Deno.test("LineTransport counts what the other side has not taken", async () => {
  const gate = Promise.withResolvers<void>();
  const writable = new WritableStream<Uint8Array<ArrayBuffer>>({ write: () => gate.promise });
  const streams = { readable: streamOf([], { staysOpen: true }), writable };
  const transport = new LineTransport(streams, "exec-server stdio");
  transport.send("x".repeat(limits.sendHighWaterBytes));
  const drained = transport.drained();
  assertEquals(transport.queuedBytes, limits.sendHighWaterBytes + 1);
  gate.resolve();
  await drained;
  assert(transport.queuedBytes <= limits.sendLowWaterBytes);
  transport.close("done");
});

Deno.test("LineTransport.close() ends a receive that waits, and says its first reason", async () => {
  const { transport } = transportOf([encoder.encode("a\n")], { staysOpen: true });
  assertEquals(await transport.receive(), "a");
  const receiving = transport.receive();
  transport.close("first");
  transport.close("second");
  assertEquals([await receiving, await transport.closed], [undefined, "first"]);
});

Deno.test("LineTransport names its peer in the answer to a malformed message", () => {
  const { transport } = transportOf([], { staysOpen: true });
  assertEquals(transport.peer, "exec-server stdio");
  assertEquals(
    transport.malformedPrefix,
    "failed to parse JSON-RPC message from exec-server stdio: ",
  );
  transport.close("done");
});

Deno.test("LineTransport.receiveParts() decodes the base64 of a long line, however it comes", async () => {
  const bytes = randomBytes(200_000);
  const lines = `{"params":{"chunk":"${bytes.toBase64()}"}}\r\nshort\n`.repeat(2);
  for (const cuts of [[], [70_000, 140_001, 266_690, 300_000]]) {
    const { transport } = transportOf(cutBytes(encoder.encode(lines), cuts));
    const parts = { before: '{"params":{"chunk":"', bytes, after: '"}}\r' };
    assertEquals(await transport.receiveParts(), parts);
    assertEquals(await transport.receiveParts(), "short");
    assertEquals(await transport.receive() === joinBase64(parts), true);
    assertEquals(await transport.receive(), "short");
    transport.close("done");
  }
});
