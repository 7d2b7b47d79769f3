/** Finds the frames in what a WebSocket server sends, and delivers some of them twice. @module */

/** What happens to the messages of one connection on their way to the client. */
export interface FrameFaults {
  /** Whether a frame is delivered twice; frames that are whole messages are counted from 1. */
  readonly isRepeated: (frame: number) => boolean;
  /** The connection is cut behind this frame, after its second delivery if it has one. */
  readonly last?: number;
}

const HEAD_END = "\r\n\r\n";
const SHORT_HEADER_BYTES = 2;

/** Follows the bytes from a server to a client, and puts in what is delivered twice. */
export class FrameRepeater {
  /** How many frames have been delivered twice. */
  repeated = 0;
  readonly #faults: FrameFaults;
  /** The end of the HTTP head, as far as it has come; whole: frames follow. */
  #headEnd = "";
  /** The frame that is on its way, as far as it has come. */
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #header: number[] = [];
  #payloadLeft = 0;
  #count = 0;
  #isOver = false;

  /** Begins in front of the server's answer to the upgrade. */
  constructor(faults: FrameFaults) {
    this.#faults = faults;
  }

  /** Whether the last frame has passed, so that nothing may follow. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What to deliver for the bytes that come next. */
  pass(bytes: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] {
    const passed: Uint8Array<ArrayBuffer>[] = [];
    let rest = bytes.subarray(this.#skipHead(bytes));
    passed.push(bytes.subarray(0, bytes.byteLength - rest.byteLength));
    while (rest.byteLength > 0 && !this.#isOver) {
      const part = rest.subarray(0, this.#wanted());
      rest = rest.subarray(part.byteLength);
      passed.push(part);
      // A copy: the buffer is read into again.
      this.#parts.push(part.slice());
      if (this.#isComplete(part)) passed.push(...this.#finish());
    }
    return passed;
  }

  #skipHead(bytes: Uint8Array): number {
    let at = 0;
    for (; at < bytes.byteLength && this.#headEnd !== HEAD_END; at++) {
      this.#headEnd += String.fromCharCode(bytes[at] ?? 0);
      while (!HEAD_END.startsWith(this.#headEnd)) this.#headEnd = this.#headEnd.slice(1);
    }
    return at;
  }

  /** How many bytes are surely of this frame: one of its header, or what is left of its payload. */
  #wanted(): number {
    return this.#isHeaderComplete() ? this.#payloadLeft : 1;
  }

  #isHeaderComplete(): boolean {
    if (this.#header.length < SHORT_HEADER_BYTES) return false;
    const length = (this.#header[1] ?? 0) & 0x7f;
    const longer = length === 126 ? 2 : length === 127 ? 8 : 0;
    return this.#header.length === SHORT_HEADER_BYTES + longer;
  }

  #isComplete(part: Uint8Array): boolean {
    if (this.#isHeaderComplete()) {
      this.#payloadLeft -= part.byteLength;
    } else {
      this.#header.push(part[0] ?? 0);
      if (!this.#isHeaderComplete()) return false;
      this.#payloadLeft = this.#payloadLength();
    }
    return this.#payloadLeft === 0;
  }

  #payloadLength(): number {
    const [, second = 0, ...longer] = this.#header;
    if (longer.length === 0) return second & 0x7f;
    return longer.reduce((length, byte) => length * 256 + byte, 0);
  }

  /** Ends a frame; gives its second delivery. */
  #finish(): readonly Uint8Array<ArrayBuffer>[] {
    const parts = this.#parts;
    const [first = 0] = this.#header;
    this.#parts = [];
    this.#header = [];
    // Final, and text or binary: a whole message. Pings, closes and pieces are left alone.
    if (first !== 0x81 && first !== 0x82) return [];
    const frame = ++this.#count;
    this.#isOver = frame === this.#faults.last;
    if (!this.#faults.isRepeated(frame)) return [];
    this.repeated++;
    return parts;
  }
}
