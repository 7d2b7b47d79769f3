/** Base64 that is taken out of long messages on their way in, and messages that must stay whole. @module */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseMessage } from "../../../protocol/message.ts";
import { cutBase64, LongText } from "../../../protocol/transport/long_text.ts";
import { type Base64Text, joinBase64, textLength } from "../../../protocol/transport/transport.ts";
import { cutBytes, randomBytes } from "../../support/random_bytes.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const content = randomBytes(60_001);
const base64 = content.toBase64();
const plain = request(`"handleId":"é","chunk":"${base64}"`);

function request(members: string): string {
  return `{"id":1,"method":"fs/writeBlock","params":{${members}}}`;
}

/** The base64 with other signs at a place. */
function spoil(at: number, by: string): string {
  return base64.slice(0, at) + by + base64.slice(at + by.length);
}

/** Collects a message that comes in these pieces. */
function collect(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> | Base64Text {
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  const text = new LongText();
  for (const piece of pieces) text.append(piece, length);
  assertEquals(text.length, length);
  return text.take();
}

function textOf(taken: Uint8Array<ArrayBuffer> | Base64Text): string {
  return taken instanceof Uint8Array ? decoder.decode(taken) : joinBase64(taken);
}

Deno.test("LongText decodes the base64 of a message, however it is cut", () => {
  const bytes = encoder.encode(plain);
  const cuts = fc.array(fc.nat(bytes.byteLength), { maxLength: 8 });
  fc.assert(fc.property(cuts, (places) => {
    // The head must come in one or two pieces, or the message is left as it came.
    const taken = collect(cutBytes(bytes, places));
    assert(textOf(taken) === plain);
    if (taken instanceof Uint8Array) return;
    assertEquals(taken.bytes.byteLength, content.byteLength);
    assertEquals(textLength(taken), plain.length);
  }));
});

Deno.test("LongText takes a message apart that comes as a socket gives it", () => {
  const bytes = encoder.encode(plain);
  const taken = collect(cutBytes(bytes, [500, 40_000, 41_001, bytes.byteLength - 2]));
  assert(!(taken instanceof Uint8Array));
  assertEquals([taken.before, taken.after], [plain.slice(0, plain.indexOf(base64)), '"}}']);
  assertEquals(taken.bytes, content);
  const cut = cutBase64(bytes);
  assertEquals(cut, { before: taken.before, bytes: content, after: taken.after });
});

const whole: readonly (readonly [what: string, text: string])[] = [
  ["a short one", request('"chunk":"AAAA"')],
  ["one without base64", request(`"handleId":"${base64}"`)],
  ["white space inside", request(`"chunk":"${spoil(40_000, " ")}"`)],
  ["four blanks inside", request(`"chunk":"${spoil(40_000, "    ")}"`)],
  ["four blanks at the end", request(`"chunk":"${base64}    "`)],
  ["a line feed at the end of a piece", request(`"chunk":"${spoil(32_767, "\n")}"`)],
  ["an escape inside", request(`"chunk":"${spoil(40_000, "\\/")}"`)],
  ["a sign that is none", request(`"chunk":"${spoil(70_000, "-")}"`)],
  ["a letter that is not ASCII", request(`"chunk":"${spoil(70_000, "é")}"`)],
  ["padding inside", request(`"chunk":"${spoil(40_000, "=")}"`)],
  ["an end inside", request(`"chunk":"${spoil(40_000, "QQ==")}"`)],
  ["stray bits", request(`"chunk":"${base64.slice(0, -4)}QR=="`)],
  ["too little padding", request(`"chunk":"${base64.slice(0, -4)}QQ="`)],
  ["a missing sign", request(`"chunk":"${base64.slice(0, -1)}"`)],
  ["no closing quote", plain.slice(0, -3)],
  ["no end at all", plain.slice(0, 50_000)],
];

for (const [what, text] of whole) {
  Deno.test(`LongText gives ${what} back as it came`, () => {
    const bytes = encoder.encode(text);
    for (const cuts of [[], [20_000, 40_002, 70_001], [bytes.byteLength - 1]]) {
      const taken = collect(cutBytes(bytes, cuts));
      assert(taken instanceof Uint8Array);
      assert(decoder.decode(taken) === text);
    }
    assertEquals(cutBase64(bytes), undefined);
  });
}

for (const end of ["", "QQ==", "QUE="]) {
  Deno.test(`LongText takes base64 that ends in "${end}", with blanks around the colon`, () => {
    const text = request(`"dataBase64" :\t"${base64.slice(0, 80_000)}${end}" ,"more":"AA"`);
    const bytes = encoder.encode(text);
    for (let cut = 79_990; cut < 80_110; cut++) {
      const taken = collect(cutBytes(bytes, [cut]));
      assert(!(taken instanceof Uint8Array) && joinBase64(taken) === text);
    }
  });
}

Deno.test("LongText collects one message after the other", () => {
  const text = new LongText();
  const bytes = encoder.encode(plain);
  for (let round = 0; round < 3; round++) {
    text.append(bytes.slice(0, 70_000), bytes.byteLength);
    text.append(bytes.slice(70_000), bytes.byteLength);
    assert(textOf(text.take()) === plain);
    text.append(encoder.encode("short"), 5);
    assertEquals(textOf(text.take()), "short");
    text.recycle();
  }
});

Deno.test("LongText refuses what is not UTF-8 beside the base64", () => {
  for (const at of [10, plain.length]) {
    const bytes = encoder.encode(plain);
    bytes[at] = 0xff;
    assertThrows(() => textOf(collect([bytes])), TypeError);
  }
});

Deno.test("parseMessage() of a cut message is that of the whole one, with bytes in it", () => {
  const parts = cutBase64(encoder.encode(plain));
  assert(parts !== undefined);
  assertEquals(parseMessage(parts), {
    kind: "request",
    id: 1,
    method: "fs/writeBlock",
    params: { handleId: "é", chunk: content },
  });
});

const elsewhere = [
  `{"id":1,"method":"m","params":[{"chunk":"${base64}"}]}`,
  `{"id":1,"method":"m","params":{"a":{"chunk":"${base64}"}}}`,
  `{"id":1,"method":"m","chunk":"${base64}"}`,
  String.raw`{"id":1,"method":"m","params":{"a\"chunk":"${base64}"}}`,
  `{"id":1,"result":{"chunk":["${base64}"]}}`,
];

for (const text of elsewhere) {
  const shape = text.replace(base64, "…");
  Deno.test(`parseMessage() leaves base64 alone that is not where bytes are: ${shape}`, () => {
    const parts = cutBase64(encoder.encode(text));
    assertEquals(parseMessage(parts ?? text), parseMessage(text));
  });
}

Deno.test("parseMessage() words the faults of a cut message as those of the whole one", () => {
  const faults = [
    plain.slice(0, -1),
    `${plain}x`,
    plain.replace("{", "{,"),
    plain.replace("1", "1.5"),
  ];
  faults.push(plain.replace("chunk", `chunk":1,"chunk`));
  for (const text of faults) {
    const parts = cutBase64(encoder.encode(text));
    assert(parts !== undefined);
    assertEquals(failure(parts), failure(text));
  }
});

function failure(text: string | Base64Text): string {
  return assertThrows(() => parseMessage(text), Error).message;
}
