/**
 * WebSocket frames (RFC 6455): bytes to frames and back, for either role.
 *
 * Pure and without a socket, so that every limit can be tested byte by byte.
 * @module
 */

import { limits } from "../limits.ts";
import { GrowingBytes } from "./growing_bytes.ts";
import { LongText } from "./long_text.ts";
import type { Base64Text } from "./transport.ts";

/** Kind of frame, RFC 6455 section 5.2. */
export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** One frame. */
export interface Frame {
  /** Whether it ends its message. */
  readonly isFinal: boolean;
  /** One of `opcodes`. */
  readonly opcode: number;
  /** Unmasked; valid until the decoder is asked for more, or given more. */
  readonly payload: Uint8Array<ArrayBuffer>;
  /** The payload of a long message, taken apart while it came; then the other one is empty. */
  readonly parts?: Base64Text;
}

/** Says which rule of RFC 6455, or which limit, a peer broke. The connection must end. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

interface Head {
  readonly isFinal: boolean;
  readonly opcode: number;
  /** Four bytes as a little-endian number. */
  readonly mask: number | undefined;
  readonly length: number;
}

/** Bytes in front of a payload. */
export function frameHeadLength(length: number, isMasked: boolean): number {
  return 2 + lengthBytesOf(length) + (isMasked ? 4 : 0);
}

/** What a frame says about its payload. */
export interface FrameFacts {
  /** One of `opcodes`. */
  readonly opcode: number;
  /** Whether the payload is to be masked. */
  readonly isMasked: boolean;
  /** Bytes of payload. */
  readonly length: number;
}

/**
 * Turns a place into a whole, final frame: writes the head, and masks the payload that stands
 * behind it if it must be masked.
 */
export function writeFrameHead(place: Uint8Array<ArrayBuffer>, facts: FrameFacts): void {
  const mask = beginFrame(place, facts);
  if (mask !== undefined) applyMask(place.subarray(frameHeadLength(facts.length, true)), mask);
}

/**
 * Writes the head of a final frame.
 * @returns the mask for its payload, for `applyMask`; undefined when it has none
 */
export function beginFrame(
  place: Uint8Array<ArrayBuffer>,
  { opcode, isMasked, length }: FrameFacts,
): number | undefined {
  const lengthBytes = lengthBytesOf(length);
  const view = new DataView(place.buffer, place.byteOffset, place.byteLength);
  view.setUint8(0, 0x80 | opcode);
  const short = lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127;
  view.setUint8(1, short | (isMasked ? 0x80 : 0));
  if (lengthBytes === 2) view.setUint16(2, length);
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(length));
  if (!isMasked) return undefined;
  const head = frameHeadLength(length, true);
  crypto.getRandomValues(place.subarray(head - 4, head));
  return view.getUint32(head - 4, true);
}

function lengthBytesOf(length: number): 0 | 2 | 8 {
  return length < 126 ? 0 : length < 65536 ? 2 : 8;
}

/** Collects bytes and cuts them into frames. Holds at most one frame and what follows it. */
export class FrameDecoder {
  readonly #expectsMask: boolean;
  readonly #maxBytes: number;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** The frame that is being read, once its head is known. */
  #head: Head | undefined;
  /** What came of its payload, unless all of it came at once: of a whole message, or another. */
  readonly #message = new LongText();
  readonly #partial = new GrowingBytes();

  /** @param role whose frames arrive here: a client's are masked, a server's are not */
  constructor(role: "fromClient" | "fromServer") {
    this.#expectsMask = role === "fromClient";
    this.#maxBytes = role === "fromClient" ? limits.maxFrameBytes : limits.maxAnswerBytes;
  }

  /**
   * Adds bytes, which become the decoder's until the next call: they are unmasked in place, and
   * payloads are views of them. Call `next` until it has nothing before pushing again.
   */
  push(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#bytes.byteLength === 0) {
      this.#bytes = bytes;
      return;
    }
    const joined = new Uint8Array(this.#bytes.byteLength + bytes.byteLength);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.byteLength);
    this.#bytes = joined;
  }

  /**
   * The next whole frame; undefined when more bytes are needed.
   * @throws {FrameError} when the peer breaks the rules or a limit
   */
  next(): Frame | undefined {
    this.#message.recycle();
    this.#partial.recycle();
    this.#head ??= this.#readHead();
    if (this.#head === undefined) {
      // What is left is part of a head, and the caller will use its buffer again.
      this.#bytes = this.#bytes.slice();
      return undefined;
    }
    const { isFinal, opcode } = this.#head;
    const payload = this.#takePayload(this.#head);
    if (payload === undefined) return undefined;
    this.#head = undefined;
    if (!(payload instanceof Uint8Array)) {
      return { isFinal, opcode, payload: new Uint8Array(), parts: payload };
    }
    return { isFinal, opcode, payload };
  }

  #readHead(): Head | undefined {
    const bytes = this.#bytes;
    const [first, second] = bytes;
    if (first === undefined || second === undefined) return undefined;
    if ((first & 0x70) !== 0) throw new FrameError("Reserved bits are set in a WebSocket frame");
    const isMasked = (second & 0x80) !== 0;
    if (isMasked !== this.#expectsMask) {
      throw new FrameError(`WebSocket frame is ${isMasked ? "" : "not "}masked`);
    }
    const short = second & 0x7f;
    const lengthBytes = short < 126 ? 0 : short === 126 ? 2 : 8;
    const headBytes = 2 + lengthBytes + (isMasked ? 4 : 0);
    if (bytes.byteLength < headBytes) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
    const head = {
      isFinal: (first & 0x80) !== 0,
      opcode: first & 0x0f,
      mask: isMasked ? view.getUint32(headBytes - 4, true) : undefined,
      length: readLength(view, short),
    };
    requireLawful(head, this.#maxBytes);
    this.#bytes = bytes.subarray(headBytes);
    return head;
  }

  /** The payload: a view when all of it is there, which is nearly always; else collected. */
  #takePayload(
    { length, mask, opcode, isFinal }: Head,
  ): Uint8Array<ArrayBuffer> | Base64Text | undefined {
    const isMessage = isFinal && (opcode === opcodes.text || opcode === opcodes.binary);
    const partial = isMessage ? this.#message : this.#partial;
    const collected = partial.length;
    const piece = this.#bytes.subarray(0, length - collected);
    this.#bytes = this.#bytes.subarray(piece.byteLength);
    // Unmasked as it comes: it is in the processor's cache, and a large one holds up nothing.
    if (mask !== undefined) applyMask(piece, mask, collected);
    if (collected === 0 && piece.byteLength === length) return piece;
    // Little more is reserved than has come, a few times: an announced length alone costs nothing.
    partial.append(piece, length);
    return partial.length < length ? undefined : partial.take();
  }
}

function readLength(view: DataView, short: number): number {
  if (short < 126) return short;
  return short === 126 ? view.getUint16(2) : Number(view.getBigUint64(2));
}

function requireLawful(head: Head, maxBytes: number): void {
  if (head.length > maxBytes) {
    throw new FrameError(`WebSocket frame is larger than ${maxBytes} bytes`);
  }
  const isControl = head.opcode >= 8;
  if (isControl && (head.length > 125 || !head.isFinal)) {
    throw new FrameError("WebSocket control frame is fragmented or longer than 125 bytes");
  }
  if (head.opcode > (isControl ? 10 : 2)) {
    throw new FrameError(`WebSocket frame has the unknown opcode ${head.opcode}`);
  }
}

/**
 * XORs bytes with a mask in place, four at a time where memory is aligned.
 * @param mask the four bytes as a little-endian number
 * @param from how far into the payload `bytes` begins
 */
export function applyMask(bytes: Uint8Array<ArrayBuffer>, mask: number, from = 0): void {
  const { byteLength, byteOffset, buffer } = bytes;
  const lead = (4 - byteOffset % 4) % 4;
  if (byteLength < lead + 4) return maskBytes(bytes, mask, from);
  maskBytes(bytes.subarray(0, lead), mask, from);
  const words = new Uint32Array(buffer, byteOffset + lead, (byteLength - lead) >> 2);
  // The first word in memory begins this many bytes into the mask.
  const turn = (from + lead) % 4;
  const turned = turn === 0 ? mask : (mask >>> (8 * turn)) | (mask << (32 - 8 * turn));
  for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) ^ turned;
  const done = lead + words.byteLength;
  maskBytes(bytes.subarray(done), mask, from + done);
}

/** The same byte by byte. */
function maskBytes(bytes: Uint8Array<ArrayBuffer>, mask: number, from: number): void {
  for (let i = 0; i < bytes.byteLength; i++) {
    bytes[i] = (bytes[i] ?? 0) ^ (mask >>> (8 * ((from + i) % 4)));
  }
}

/** Puts fragments together to messages, within a limit. */
export class MessageAssembler {
  readonly #maxBytes: number;
  #opcode: number | undefined;
  /** What came so far. */
  readonly #bytes = new GrowingBytes();

  /** @param role whose messages these are; a client takes larger ones than a server */
  constructor(role: "fromClient" | "fromServer") {
    this.#maxBytes = role === "fromClient" ? limits.maxMessageBytes : limits.maxAnswerBytes;
  }

  /**
   * Adds a data frame and returns the message it completes, if any; valid as long as the frame.
   * @throws {FrameError} when fragments come out of order or exceed the limit
   */
  add({ opcode, isFinal, payload }: Frame): Uint8Array<ArrayBuffer> | undefined {
    const isContinuation = opcode === opcodes.continuation;
    if (isContinuation !== (this.#opcode !== undefined)) {
      throw new FrameError("WebSocket fragments are out of order");
    }
    if (this.#bytes.length + payload.byteLength > this.#maxBytes) {
      throw new FrameError(`WebSocket message is larger than ${this.#maxBytes} bytes`);
    }
    if (isFinal && !isContinuation) return payload;
    this.#opcode ??= opcode;
    this.#bytes.append(payload, this.#maxBytes);
    if (!isFinal) return undefined;
    this.#opcode = undefined;
    return this.#bytes.take();
  }
}
