/** Base64 in both forms against each other and a plain third one; the words of refusals. @module */

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { base64Length, decodeBase64, encodeBase64, writeBase64 } from "../../protocol/base64.ts";
import { RpcError } from "../../protocol/errors.ts";
import { randomBytes } from "../support/random_bytes.ts";

const PIECE_BYTES = 24 * 1024;

/** Base64 by the browser's oldest function, which shares no code with the tested one. */
function plainBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** What `writeBase64` writes at some distance from the start of a buffer, with guards around it. */
function writtenAt(offset: number, bytes: Uint8Array): string {
  const length = base64Length(bytes.byteLength);
  const buffer = new Uint8Array(offset + length + 1).fill(0x2a);
  writeBase64(bytes, buffer.subarray(offset, offset + length));
  const text = new TextDecoder().decode(buffer);
  assertEquals(text.slice(0, offset) + text.slice(offset + length), "*".repeat(offset + 1));
  return text.slice(offset, offset + length);
}

Deno.test("encodeBase64() and writeBase64() agree with another encoder for every short length", () => {
  for (let length = 0; length <= 20; length++) {
    const bytes = randomBytes(length, length);
    assertEquals(encodeBase64(bytes), plainBase64(bytes));
    for (let offset = 0; offset < 4; offset++) {
      assertEquals(writtenAt(offset, bytes), plainBase64(bytes));
    }
  }
});

Deno.test("writeBase64() is right around the borders of its pieces, at odd addresses too", () => {
  for (const pieces of [1, 2]) {
    for (let beside = -3; beside <= 3; beside++) {
      const bytes = randomBytes(pieces * PIECE_BYTES + beside, beside);
      assertEquals(writtenAt(pieces + (beside & 1), bytes) === plainBase64(bytes), true);
    }
  }
});

Deno.test("writeBase64() reads a view that starts at an odd address", () => {
  const bytes = randomBytes(1001);
  for (let start = 0; start < 4; start++) {
    const view = bytes.subarray(start);
    assertEquals(writtenAt(1, view), plainBase64(view));
  }
});

Deno.test("decodeBase64() gives back what encodeBase64() got", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    assertEquals(decodeBase64(encodeBase64(bytes)), new Uint8Array(bytes));
    assertEquals(base64Length(bytes.byteLength), encodeBase64(bytes).length);
  }));
});

Deno.test("decodeBase64() of any text returns bytes or throws invalidParams", () => {
  const signs = fc.constantFrom(..."AQRz+/-_=* \n\té");
  fc.assert(fc.property(fc.string({ unit: signs, maxLength: 9 }), (text) => {
    try {
      // What is accepted must be the one spelling of its bytes.
      assertEquals(encodeBase64(decodeBase64(text)), text);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      assertEquals(error.key, "invalidParams");
    }
  }));
});

const refusals: readonly (readonly [text: string, words: string])[] = [
  ["*", "Invalid symbol 42, offset 0."],
  ["QQ==*", "Invalid symbol 61, offset 2."],
  ["QU*B", "Invalid symbol 42, offset 2."],
  ["Q-_B", "Invalid symbol 45, offset 1."],
  ["QQ ==", "Invalid symbol 32, offset 2."],
  ["QUFB\n", "Invalid symbol 10, offset 4."],
  ["\tQUFB", "Invalid symbol 9, offset 0."],
  ["Q", "Invalid padding"],
  ["QQ", "Invalid padding"],
  ["QQ=", "Invalid padding"],
  ["QUF", "Invalid padding"],
  ["QR==", "Invalid last symbol 82, offset 1."],
  ["QUJ=", "Invalid last symbol 74, offset 2."],
  ["QUFBQR==", "Invalid last symbol 82, offset 5."],
];

for (const [text, words] of refusals) {
  Deno.test(`decodeBase64(${JSON.stringify(text)}) says "${words}"`, () => {
    const error = assertThrows(() => decodeBase64(text), RpcError);
    assertEquals([error.message, error.code], [words, -32602]);
  });
}
