/** What a file helper and the server send each other: frames of a JSON head and plain bytes. @module */

/** Two lengths, each 32 bits, the lowest byte first. */
const PREFIX_BYTES = 8;
/** Below this, one piece is written faster than two. */
const SMALL_BYTES = 16 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The pieces of a frame, in order. A large body is not copied. */
export function encodeFrame(
  head: unknown,
  body: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer>[] {
  const text = encoder.encode(JSON.stringify(head));
  const isSmall = body.byteLength <= SMALL_BYTES;
  const length = PREFIX_BYTES + text.byteLength;
  const first = new Uint8Array(length + (isSmall ? body.byteLength : 0));
  const prefix = new DataView(first.buffer);
  prefix.setUint32(0, text.byteLength, true);
  prefix.setUint32(4, body.byteLength, true);
  first.set(text, PREFIX_BYTES);
  if (isSmall) first.set(body, length);
  return isSmall ? [first] : [first, body];
}

/** Who takes frames. */
export interface FrameTaker<Head> {
  /** Longest head and longest body, in bytes. */
  readonly most: { readonly head: number; readonly body: number };
  /** Understands a head. @throws when it cannot be understood */
  readonly decode: (value: unknown) => Head;
  /** The place for a body, of exactly so many bytes. */
  readonly place: (head: Head, length: number) => Uint8Array<ArrayBuffer>;
  /** Takes a frame that is complete. */
  readonly take: (head: Head, body: Uint8Array<ArrayBuffer>) => void;
}

/** Puts frames together from blocks of any size. Copies what it keeps. */
export class FrameReader<Head> {
  readonly #taker: FrameTaker<Head>;
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  #place: Uint8Array<ArrayBuffer> = this.#prefix;
  #filled = 0;
  #bodyLength = 0;
  #head: Head | undefined;

  constructor(taker: FrameTaker<Head>) {
    this.#taker = taker;
  }

  /** Bytes of the current part that are still to come; known before they are there. */
  get wanted(): number {
    return this.#place.byteLength - this.#filled;
  }

  /** Whether a frame has begun that is not complete. */
  get isInside(): boolean {
    return this.#filled > 0 || this.#place !== this.#prefix;
  }

  /**
   * Takes the next bytes.
   * @throws {RangeError} when a frame is too long, and whatever the taker throws
   */
  push(block: Uint8Array<ArrayBuffer>): void {
    for (let rest = block; rest.byteLength > 0;) {
      const part = rest.subarray(0, this.wanted);
      this.#place.set(part, this.#filled);
      this.#filled += part.byteLength;
      rest = rest.subarray(part.byteLength);
      while (this.wanted === 0) this.#next();
    }
  }

  /** A part is complete: the prefix, the head or the body. */
  #next(): void {
    const whole = this.#place;
    if (whole === this.#prefix) {
      this.#begin();
    } else if (this.#head === undefined) {
      const head = this.#taker.decode(JSON.parse(decoder.decode(whole)));
      this.#head = head;
      this.#fill(this.#taker.place(head, this.#bodyLength));
    } else {
      const head = this.#head;
      this.#head = undefined;
      this.#fill(this.#prefix);
      this.#taker.take(head, whole);
    }
  }

  #begin(): void {
    const prefix = new DataView(this.#prefix.buffer);
    const headLength = prefix.getUint32(0, true);
    this.#bodyLength = prefix.getUint32(4, true);
    const { head, body } = this.#taker.most;
    if (headLength === 0 || headLength > head || this.#bodyLength > body) {
      throw new RangeError(`A frame of ${headLength} and ${this.#bodyLength} bytes is not taken`);
    }
    this.#fill(new Uint8Array(headLength));
  }

  #fill(place: Uint8Array<ArrayBuffer>): void {
    this.#place = place;
    this.#filled = 0;
  }
}
