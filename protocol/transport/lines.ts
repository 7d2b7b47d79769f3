/** A pair of byte streams as a transport: one message per line. @module */

import { limits } from "../limits.ts";
import { End } from "./end.ts";
import { cutBase64, LongText } from "./long_text.ts";
import { putBase64, putText } from "./put_text.ts";
import { drainedInTime, SendQueue } from "./send_queue.ts";
import type { TextFrame } from "./text_frame.ts";
import { type Base64Text, joinBase64, type Transport } from "./transport.ts";

/** Two byte streams, as a process has them towards its parent or its child. */
export interface ByteStreams {
  /** Bytes from the other side. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Bytes to the other side. */
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
}

const NEWLINE = 0x0a;

const LINE: TextFrame = {
  headLength: () => 0,
  tailLength: 1,
  begin: () => undefined,
  end: (place) => void place.fill(NEWLINE, 0, 1),
};

/** Messages as newline-terminated UTF-8 JSON; blank lines are skipped, CRLF is accepted. */
export class LineTransport implements Transport {
  readonly peer: string;
  readonly malformedPrefix: string;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #queue: SendQueue;
  readonly #end = new End();
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #block: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** The beginning of a line that goes on in the next block. */
  readonly #begun = new LongText();
  readonly #maxBytes: number;

  /**
   * @param peer names the other end in errors, such as `exec-server stdio`
   * @param maxBytes longest line; `limits.maxAnswerBytes` on a client's side
   */
  constructor(streams: ByteStreams, peer: string, maxBytes: number = limits.maxMessageBytes) {
    this.#maxBytes = maxBytes;
    this.peer = peer;
    this.malformedPrefix = `failed to parse JSON-RPC message from ${peer}: `;
    this.#reader = streams.readable.getReader();
    this.#writer = streams.writable.getWriter();
    this.#queue = new SendQueue(
      (block) => this.#writer.write(block),
      () => this.close(`cannot write to ${peer}: it no longer reads`),
    );
  }

  get queuedBytes(): number {
    return this.#queue.queuedBytes;
  }

  get closed(): Promise<string> {
    return this.#end.promise;
  }

  async receive(): Promise<string | undefined> {
    const text = await this.receiveParts();
    return typeof text === "object" ? joinBase64(text) : text;
  }

  async receiveParts(): Promise<string | Base64Text | undefined> {
    try {
      for (;;) {
        const line = await this.#nextLine();
        if (line === undefined || this.#end.reached) return undefined;
        if (typeof line === "object" || line.trim() !== "") return line;
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.close(`cannot read from ${this.peer}: ${reason}`);
      return undefined;
    }
  }

  send(text: string): void {
    putText(this.#queue, text, LINE);
  }

  sendBase64(text: Base64Text): void {
    putBase64(this.#queue, text, LINE);
  }

  drained(): Promise<void> {
    return this.#queue.drained();
  }

  close(reason: string): void {
    if (!this.#end.reach(reason)) return;
    this.#queue.stop();
    // Both sides may already be gone; that is what closing is for.
    this.#reader.cancel().catch(() => {});
    this.#writer.close().catch(() => {});
  }

  async finish(reason: string): Promise<void> {
    await drainedInTime(this.#queue);
    this.close(reason);
  }

  async #nextLine(): Promise<string | Base64Text | undefined> {
    for (;;) {
      const end = this.#block.indexOf(NEWLINE);
      if (end >= 0) {
        const line = this.#join(this.#block.subarray(0, end));
        this.#block = this.#block.subarray(end + 1);
        return line;
      }
      this.#keep(this.#block);
      this.#block = new Uint8Array();
      const { done, value } = await this.#reader.read();
      if (done) {
        // A last line without newline is still a message: nothing is lost.
        const rest = this.#join(new Uint8Array());
        if (rest !== "") return rest;
        // Who has said everything may still listen: what was answered is sent first.
        await this.finish(`${this.peer} reached its end`);
        return undefined;
      }
      this.#block = value;
    }
  }

  /** Copied, for a block may be a small view of a large buffer. */
  #keep(part: Uint8Array<ArrayBuffer>): void {
    this.#requireRoom(part);
    if (part.byteLength > 0) this.#begun.append(part, this.#maxBytes);
  }

  #join(last: Uint8Array<ArrayBuffer>): string | Base64Text {
    this.#requireRoom(last);
    if (this.#begun.length === 0) return cutBase64(last) ?? this.#decoder.decode(last);
    this.#begun.append(last, this.#maxBytes);
    const line = this.#begun.take();
    if (!(line instanceof Uint8Array)) return line;
    const text = this.#decoder.decode(line);
    this.#begun.recycle();
    return text;
  }

  #requireRoom(part: Uint8Array<ArrayBuffer>): void {
    if (this.#begun.length + part.byteLength <= this.#maxBytes) return;
    throw new RangeError(`A line is longer than ${this.#maxBytes} bytes`);
  }
}
