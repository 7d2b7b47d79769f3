/** Base64 without strings, against the encoder; every character that is none. @module */

import { assertEquals } from "@std/assert";
import { decodeGroups } from "../../../protocol/transport/base64_groups.ts";
import { randomBytes } from "../../support/random_bytes.ts";

const PIECE_BYTES = 24 * 1024;
const encoder = new TextEncoder();

function decoded(ascii: Uint8Array, byteLength: number): Uint8Array | undefined {
  const place = new Uint8Array(byteLength);
  return decodeGroups(ascii, place) ? place : undefined;
}

Deno.test("decodeGroups() gives back what was encoded, whatever its length and address", () => {
  const lengths = [...Array(20).keys()].map((groups) => 3 * groups);
  for (const length of [...lengths, PIECE_BYTES - 3, PIECE_BYTES, PIECE_BYTES + 3, 70_002]) {
    const bytes = randomBytes(length, length);
    for (const offset of [0, 1, 2, 3]) {
      const ascii = encoder.encode("*".repeat(offset) + bytes.toBase64()).subarray(offset);
      assertEquals(decoded(ascii, length), bytes);
    }
  }
});

Deno.test("decodeGroups() leaves alone what lies behind its bytes", () => {
  const place = new Uint8Array(8).fill(0x2a);
  assertEquals(decodeGroups(encoder.encode("AAAA"), place), true);
  assertEquals([...place], [0, 0, 0, 0x2a, 0x2a, 0x2a, 0x2a, 0x2a]);
});

Deno.test("decodeGroups() refuses every byte that is no sign, wherever it stands", () => {
  for (let byte = 0; byte < 256; byte++) {
    const isSign = /[A-Za-z0-9+/]/.test(String.fromCharCode(byte));
    for (let at = 0; at < 20; at++) {
      const ascii = encoder.encode("QUJD".repeat(5));
      ascii[at] = byte;
      assertEquals(decoded(ascii, 15) !== undefined, isSign, `byte ${byte} at ${at}`);
    }
  }
});

Deno.test("decodeGroups() is not misled by an earlier text", () => {
  assertEquals(decoded(encoder.encode("====".repeat(8)), 24), undefined);
  assertEquals(decoded(encoder.encode("QUJD"), 3), encoder.encode("ABC"));
});
