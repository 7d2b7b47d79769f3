/** WebSocket frames byte by byte: every cut, every limit, every rule. @module */

import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import { limits } from "../../../protocol/limits.ts";
import {
  type Frame,
  FrameDecoder,
  FrameError,
  frameHeadLength,
  MessageAssembler,
  writeFrameHead,
} from "../../../protocol/transport/websocket_frame.ts";
import { joinBytes } from "../../support/byte_wire.ts";
import { frameBytes, type FrameFields, MASK } from "../../support/frame_bytes.ts";
import { cutBytes, randomBytes } from "../../support/random_bytes.ts";

type Role = "fromClient" | "fromServer";

/** Copies of frames read from pieces that all come in one buffer, as they do from a socket. */
function decode(role: Role, pieces: readonly Uint8Array<ArrayBuffer>[]): Frame[] {
  const decoder = new FrameDecoder(role);
  const longest = Math.max(1, ...pieces.map((piece) => piece.byteLength));
  const buffer = new Uint8Array(longest);
  const frames: Frame[] = [];
  for (const piece of pieces) {
    buffer.set(piece);
    decoder.push(buffer.subarray(0, piece.byteLength));
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      frames.push({ ...frame, payload: frame.payload.slice() });
    }
    // What the decoder still needs it must have copied by now.
    buffer.fill(0xaa);
  }
  return frames;
}

function refusal(fields: FrameFields, role: Role = "fromServer"): string {
  return assertThrows(() => decode(role, [frameBytes(fields)]), FrameError).message;
}

const anyFrame = fc.record({
  opcode: fc.constantFrom(0, 1, 2, 9, 10, 8),
  isFinal: fc.boolean(),
  length: fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 124, 125, 126, 127, 200, 65_535, 65_536, 65_540),
}).map(({ opcode, isFinal, length }) => {
  const isControl = opcode >= 8;
  const payload = randomBytes(isControl ? Math.min(length, 125) : length, length + opcode);
  return { opcode, isFinal: isFinal || isControl, payload };
});

for (const role of ["fromClient", "fromServer"] as const) {
  Deno.test(`FrameDecoder ${role} reads the same frames from any cut of the bytes`, () => {
    const mask = role === "fromClient" ? MASK : undefined;
    const frames = fc.array(anyFrame, { maxLength: 5 });
    const cuts = fc.array(fc.oneof(fc.nat(20), fc.nat(140_000)), { maxLength: 10 });
    fc.assert(
      fc.property(frames, cuts, (wanted, at) => {
        const bytes = joinBytes(wanted.map((frame) => frameBytes({ ...frame, mask })));
        assertEquals(decode(role, cutBytes(bytes, at)), wanted);
      }),
      { numRuns: 60 },
    );
  });

  Deno.test(`FrameDecoder ${role} reads frames that come byte by byte`, () => {
    const mask = role === "fromClient" ? MASK : undefined;
    const wanted = [0, 5, 125, 126, 700].map((length) => {
      return { opcode: 2, isFinal: length % 2 === 0, payload: randomBytes(length) };
    });
    const bytes = joinBytes(wanted.map((frame) => frameBytes({ ...frame, mask })));
    const each = Array.from(bytes, (byte) => new Uint8Array([byte]));
    assertEquals(decode(role, each), wanted);
  });
}

Deno.test("FrameDecoder takes a masked frame from a client only, a plain one from a server only", () => {
  const text = { opcode: 1, isFinal: true, payload: randomBytes(3) };
  assertEquals(decode("fromClient", [frameBytes({ ...text, mask: MASK })]), [text]);
  assertEquals(decode("fromServer", [frameBytes(text)]), [text]);
  assertEquals(refusal(text, "fromClient"), "WebSocket frame is not masked");
  assertEquals(refusal({ ...text, mask: MASK }), "WebSocket frame is masked");
});

Deno.test("FrameDecoder takes a mask of zeros", () => {
  const payload = randomBytes(10);
  const bytes = frameBytes({ payload, mask: [0, 0, 0, 0] });
  assertEquals(decode("fromClient", [bytes])[0]?.payload, payload);
});

Deno.test("FrameDecoder refuses each reserved bit", () => {
  for (const reserved of [1, 2, 4, 7]) {
    assertEquals(refusal({ reserved }), "Reserved bits are set in a WebSocket frame");
  }
});

Deno.test("FrameDecoder takes the six kinds of frame and refuses the others", () => {
  for (let opcode = 0; opcode < 16; opcode++) {
    if ([0, 1, 2, 8, 9, 10].includes(opcode)) {
      assertEquals(decode("fromServer", [frameBytes({ opcode })])[0]?.opcode, opcode);
    } else {
      assertEquals(refusal({ opcode }), `WebSocket frame has the unknown opcode ${opcode}`);
    }
  }
});

Deno.test("FrameDecoder takes control frames of 125 bytes, and none longer or in fragments", () => {
  const words = "WebSocket control frame is fragmented or longer than 125 bytes";
  for (const opcode of [8, 9, 10]) {
    const longest = frameBytes({ opcode, payload: randomBytes(125) });
    assertEquals(decode("fromServer", [longest])[0]?.payload, randomBytes(125));
    assertEquals(refusal({ opcode, payload: randomBytes(126) }), words);
    assertEquals(refusal({ opcode, isFinal: false }), words);
  }
});

Deno.test("FrameDecoder takes a frame of 16 MiB", () => {
  const payload = new Uint8Array(limits.maxFrameBytes).fill(7);
  const [frame] = decode("fromClient", [frameBytes({ payload, mask: MASK })]);
  assert(frame !== undefined && frame.payload.byteLength === payload.byteLength);
  assert(frame.payload.every((byte) => byte === 7));
});

const largest: readonly (readonly [role: Role, bytes: number, mask: FrameFields["mask"]])[] = [
  ["fromClient", limits.maxFrameBytes, MASK],
  ["fromServer", limits.maxAnswerBytes, undefined],
];

for (const [role, bytes, mask] of largest) {
  Deno.test(`FrameDecoder ${role} refuses a frame over ${bytes} bytes by its head alone`, () => {
    const words = `WebSocket frame is larger than ${bytes} bytes`;
    for (const announcedLength of [BigInt(bytes) + 1n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
      assertEquals(refusal({ announcedLength, mask }, role), words);
    }
    assertEquals(decode(role, [frameBytes({ announcedLength: BigInt(bytes), mask })]), []);
  });
}

Deno.test("FrameDecoder reads short masked payloads at every address", () => {
  for (let offset = 0; offset < 4; offset++) {
    for (let length = 0; length < 12; length++) {
      const payload = randomBytes(length, length);
      const buffer = joinBytes([new Uint8Array(offset), frameBytes({ payload, mask: MASK })]);
      const decoder = new FrameDecoder("fromClient");
      decoder.push(buffer.subarray(offset));
      assertEquals(decoder.next()?.payload, payload);
    }
  }
});

Deno.test("FrameDecoder sets no memory aside for a length that is only announced", () => {
  const decoders: FrameDecoder[] = [];
  const head = frameBytes({ announcedLength: BigInt(limits.maxAnswerBytes) });
  const before = Deno.memoryUsage().external;
  for (let i = 0; i < 200; i++) {
    const decoder = new FrameDecoder("fromServer");
    decoder.push(joinBytes([head, new Uint8Array(10)]));
    assertEquals(decoder.next(), undefined);
    decoders.push(decoder);
  }
  assertLess(Deno.memoryUsage().external - before, 64 * 1024 * 1024);
});

Deno.test("FrameDecoder takes lengths that are written longer than needed, as the reference does", () => {
  const payload = randomBytes(5);
  for (const lengthBytes of [2, 8] as const) {
    const frames = decode("fromServer", [frameBytes({ payload, lengthBytes })]);
    assertEquals(frames, [{ opcode: 1, isFinal: true, payload }]);
  }
});

Deno.test("writeFrameHead() makes frames that the other side reads, at every address", () => {
  for (const length of [0, 1, 3, 4, 125, 126, 127, 65_535, 65_536]) {
    for (let offset = 0; offset < 4; offset++) {
      for (const isMasked of [false, true]) {
        const head = frameHeadLength(length, isMasked);
        const buffer = new Uint8Array(offset + head + length);
        buffer.set(randomBytes(length), offset + head);
        writeFrameHead(buffer.subarray(offset), { opcode: 2, isMasked, length });
        const role = isMasked ? "fromClient" : "fromServer";
        assertEquals(decode(role, [buffer.slice(offset)]), [
          { opcode: 2, isFinal: true, payload: randomBytes(length) },
        ]);
      }
    }
  }
});

Deno.test("writeFrameHead() writes the shortest head, and a new mask each time", () => {
  const heads = [0, 125, 126, 65_535, 65_536].map((length) => frameHeadLength(length, false));
  assertEquals(heads, [2, 2, 4, 4, 10]);
  assertEquals(frameHeadLength(0, true), 6);
  const place = new Uint8Array(6);
  const masks = new Set(Array.from({ length: 8 }, () => {
    writeFrameHead(place, { opcode: 1, isMasked: true, length: 0 });
    return place.slice(2).toHex();
  }));
  assertEquals(masks.size, 8);
});

/** What an assembler makes of frames with these payload texts. */
function assemble(...frames: [opcode: number, isFinal: boolean, text: string][]): string[] {
  const assembler = new MessageAssembler("fromClient");
  return frames.flatMap(([opcode, isFinal, text]) => {
    const message = assembler.add({ opcode, isFinal, payload: new TextEncoder().encode(text) });
    return message === undefined ? [] : [new TextDecoder().decode(message)];
  });
}

Deno.test("MessageAssembler gives whole messages, and joins fragments", () => {
  assertEquals(assemble([1, true, "a"], [2, true, "b"], [1, true, ""]), ["a", "b", ""]);
  assertEquals(
    assemble([1, false, "a"], [0, false, ""], [0, false, "b"], [0, true, "c"], [2, true, "d"]),
    ["abc", "d"],
  );
  assertEquals(assemble([2, false, ""], [0, true, ""], [1, false, "x"], [0, true, "y"]), [
    "",
    "xy",
  ]);
});

Deno.test("MessageAssembler refuses fragments out of order", () => {
  const words = "WebSocket fragments are out of order";
  for (const isFinal of [true, false]) {
    for (const opcode of [1, 2]) {
      const doubled = () => assemble([1, false, "a"], [opcode, isFinal, "b"]);
      assertEquals(assertThrows(doubled, FrameError).message, words);
    }
    assertEquals(assertThrows(() => assemble([0, isFinal, "a"]), FrameError).message, words);
    const late = () => assemble([1, false, "a"], [0, true, "b"], [0, isFinal, "c"]);
    assertEquals(assertThrows(late, FrameError).message, words);
  }
});

Deno.test("MessageAssembler takes 64 MiB in fragments and refuses one byte more", () => {
  const fragment = new Uint8Array(limits.maxFrameBytes);
  const fill = () => {
    const assembler = new MessageAssembler("fromClient");
    assembler.add({ opcode: 1, isFinal: false, payload: fragment });
    for (let i = 0; i < 3; i++) assembler.add({ opcode: 0, isFinal: false, payload: fragment });
    return assembler;
  };
  const whole = fill().add({ opcode: 0, isFinal: true, payload: new Uint8Array() });
  assertEquals(whole?.byteLength, limits.maxMessageBytes);
  for (const isFinal of [true, false]) {
    const more = () => fill().add({ opcode: 0, isFinal, payload: new Uint8Array(1) });
    const words = `WebSocket message is larger than ${limits.maxMessageBytes} bytes`;
    assertEquals(assertThrows(more, FrameError).message, words);
  }
});

Deno.test("MessageAssembler takes larger messages from a server, up to the limit of answers", () => {
  const assembler = new MessageAssembler("fromServer");
  // Never filled, so it is address space and not memory.
  const payload = new Uint8Array(limits.maxAnswerBytes + 1);
  const whole = assembler.add({ opcode: 1, isFinal: true, payload: payload.subarray(1) });
  assertEquals(whole?.byteLength, limits.maxAnswerBytes);
  const tooLong = () => assembler.add({ opcode: 1, isFinal: true, payload });
  assertEquals(
    assertThrows(tooLong, FrameError).message,
    `WebSocket message is larger than ${limits.maxAnswerBytes} bytes`,
  );
});

Deno.test("MessageAssembler counts each message anew", () => {
  const assembler = new MessageAssembler("fromClient");
  const payload = new Uint8Array(limits.maxFrameBytes);
  for (let i = 0; i < 6; i++) assembler.add({ opcode: 1, isFinal: true, payload });
});

for (const length of [0, 1]) {
  Deno.test(`MessageAssembler keeps little for many fragments of ${length} bytes`, () => {
    const assembler = new MessageAssembler("fromClient");
    assembler.add({ opcode: 1, isFinal: false, payload: new Uint8Array(1) });
    const before = Deno.memoryUsage().heapUsed;
    for (let i = 0; i < 500_000; i++) {
      assembler.add({ opcode: 0, isFinal: false, payload: new Uint8Array(length) });
    }
    // Half a megabyte of message; an object per fragment would be two hundred times that.
    assertLess(Deno.memoryUsage().heapUsed - before, 48 * 1024 * 1024);
  });
}
