/** Cuts a byte stream into WebSocket frames and makes the frames a client sends. @module */

/** Frame kinds of RFC 6455 §5.2 that this client meets. */
export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** One frame as it came from the server. */
export interface Frame {
  /** Whether this is the last frame of its message. */
  readonly final: boolean;
  /** Kind of the frame; see {@linkcode opcode}. */
  readonly opcode: number;
  /** A view into the buffer: valid until the next call of {@linkcode FrameBuffer.room}. */
  readonly payload: Uint8Array;
}

// One read takes what the kernel holds; a smaller buffer would measure system calls of the client.
const INITIAL_BYTES = 1 << 20;
const LEAST_ROOM_BYTES = 1 << 18;
const MASK_BYTES = 4;

/** Holds received bytes until they make whole frames. */
export class FrameBuffer {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #start = 0;
  #end = 0;

  /** Free space to read into; moves what is still held, so earlier payloads become invalid. */
  room(): Uint8Array {
    if (this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (this.#bytes.length - this.#end < LEAST_ROOM_BYTES) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = larger;
    }
    return this.#bytes.subarray(this.#end);
  }

  /** Says how many bytes were put into the room. */
  filled(byteCount: number): void {
    this.#end += byteCount;
  }

  /** The next whole frame, or undefined until more bytes came. */
  next(): Frame | undefined {
    const held = this.#bytes.subarray(this.#start, this.#end);
    const [first, second] = held;
    if (first === undefined || second === undefined) return undefined;
    const short = second & 127;
    const headBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (held.length < headBytes) return undefined;
    const view = new DataView(held.buffer, held.byteOffset, held.length);
    const payloadBytes = short < 126
      ? short
      : short === 126
      ? view.getUint16(2)
      : Number(view.getBigUint64(2));
    const frameBytes = headBytes + payloadBytes;
    if (held.length < frameBytes) return undefined;
    this.#start += frameBytes;
    return {
      final: (first & 128) !== 0,
      opcode: first & 15,
      payload: held.subarray(headBytes, frameBytes),
    };
  }
}

/**
 * A final frame as a client sends it.
 *
 * @param kind a value of {@linkcode opcode}
 * @param payload it is masked in the copy, not in place
 */
export function clientFrame(kind: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const headBytes = (length < 126 ? 2 : length <= 0xffff ? 4 : 10) + MASK_BYTES;
  // The payload begins at a word, so that a large one is masked word by word.
  const lead = (4 - headBytes % 4) % 4;
  const frame = new Uint8Array(lead + headBytes + length).subarray(lead);
  const view = new DataView(frame.buffer, lead);
  view.setUint8(0, 128 | kind);
  view.setUint8(1, 128 | (length < 126 ? length : length <= 0xffff ? 126 : 127));
  if (headBytes === 4 + MASK_BYTES) view.setUint16(2, length);
  if (headBytes === 10 + MASK_BYTES) view.setBigUint64(2, BigInt(length));
  const mask = crypto.getRandomValues(frame.subarray(headBytes - MASK_BYTES, headBytes));
  frame.set(payload, headBytes);
  maskInPlace(frame.subarray(headBytes), mask);
  return frame;
}

/** @param bytes begin at a multiple of four in their buffer */
function maskInPlace(bytes: Uint8Array<ArrayBuffer>, mask: Uint8Array<ArrayBuffer>): void {
  const maskWord = new Uint32Array(mask.slice().buffer)[0] ?? 0;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  for (let index = 0; index < words.length; index++) {
    words[index] = (words[index] ?? 0) ^ maskWord;
  }
  for (let index = words.length * 4; index < bytes.length; index++) {
    bytes[index] = (bytes[index] ?? 0) ^ (mask[index & 3] ?? 0);
  }
}
