/** A WebSocket as a transport, framed by ourselves over a byte connection; either role. @module */

import { limits } from "../limits.ts";
import { End } from "./end.ts";
import { cutBase64 } from "./long_text.ts";
import { putBase64, putText } from "./put_text.ts";
import { drainedInTime, SendQueue } from "./send_queue.ts";
import type { TextFrame } from "./text_frame.ts";
import { type Base64Text, joinBase64, type Transport } from "./transport.ts";
import {
  beginFrame,
  FrameDecoder,
  frameHeadLength,
  MessageAssembler,
  opcodes,
  writeFrameHead,
} from "./websocket_frame.ts";

/** A byte connection, as TCP and Unix sockets are. */
export interface ByteConnection {
  /** Reads into a buffer; null at the end. */
  read(into: Uint8Array<ArrayBuffer>): Promise<number | null>;
  /** Writes some bytes and returns how many. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
  /** Ends both directions. */
  close(): void;
}

/** How a WebSocket transport behaves. */
export interface WebSocketOptions {
  /** Which side this is; clients mask what they send. */
  readonly role: "server" | "client";
  /** Names the other end in errors. */
  readonly peer: string;
  /** Bytes that were read behind the HTTP head. */
  readonly early?: Uint8Array<ArrayBuffer> | undefined;
}

// Small at first, for most connections are idle most of the time; large once there is much to read.
const FIRST_READ_BYTES = 4 * 1024;
const READ_BYTES = 64 * 1024;

/**
 * One message per text frame. Frames above `limits.maxFrameBytes`, broken frames and text that is
 * not UTF-8 end the connection without a close frame, as the reference does; so does the peer's own
 * close frame.
 */
export class WebSocketTransport implements Transport {
  readonly peer: string;
  readonly malformedPrefix: string;
  readonly #connection: ByteConnection;
  readonly #isClient: boolean;
  readonly #frames: FrameDecoder;
  readonly #messages: MessageAssembler;
  readonly #queue: SendQueue;
  readonly #end = new End();
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #receivedBytes = 0;
  #buffer = new Uint8Array(FIRST_READ_BYTES);
  readonly #textFrame: TextFrame = {
    headLength: (length) => frameHeadLength(length, this.#isClient),
    tailLength: 0,
    begin: (place, length) =>
      beginFrame(place, { opcode: opcodes.text, isMasked: this.#isClient, length }),
    end: () => {},
  };

  /** Takes over a connection whose HTTP upgrade is done. */
  constructor(connection: ByteConnection, options: WebSocketOptions) {
    this.peer = options.peer;
    this.malformedPrefix = `failed to parse websocket JSON-RPC message from ${options.peer}: `;
    this.#connection = connection;
    this.#isClient = options.role === "client";
    const sender = this.#isClient ? "fromServer" : "fromClient";
    this.#frames = new FrameDecoder(sender);
    this.#messages = new MessageAssembler(sender);
    if (options.early !== undefined) this.#frames.push(options.early);
    this.#queue = new SendQueue(
      (block) => this.#writeAll(block),
      (error) => this.close(`cannot write to ${this.peer}: ${reasonOf(error)}`),
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

  /** Bytes that have come, also those of messages that are not complete. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  async receiveParts(): Promise<string | Base64Text | undefined> {
    try {
      while (!this.#end.reached) {
        const text = this.#nextText();
        if (text !== undefined) return text;
        if (this.#end.reached) return undefined;
        await this.#readMore();
      }
    } catch (error) {
      this.close(`cannot read from ${this.peer}: ${reasonOf(error)}`);
    }
    return undefined;
  }

  async #readMore(): Promise<void> {
    const buffer = this.#buffer;
    const count = await this.#connection.read(buffer);
    if (count === null) return this.close(`${this.peer} closed the connection`);
    this.#receivedBytes += count;
    this.#frames.push(buffer.subarray(0, count));
    if (count === FIRST_READ_BYTES && buffer.byteLength === count) {
      this.#buffer = new Uint8Array(READ_BYTES);
    }
  }

  send(text: string): void {
    putText(this.#queue, text, this.#textFrame);
  }

  /** Sends an empty ping. Nobody waits for the pong. */
  ping(): void {
    this.#sendFrame(opcodes.ping, new Uint8Array());
  }

  sendBase64(text: Base64Text): void {
    putBase64(this.#queue, text, this.#textFrame);
  }

  drained(): Promise<void> {
    return this.#queue.drained();
  }

  close(reason: string): void {
    if (!this.#end.reach(reason)) return;
    this.#queue.stop();
    this.#connection.close();
  }

  async finish(reason: string): Promise<void> {
    await drainedInTime(this.#queue);
    this.close(reason);
  }

  /** The next message among the bytes at hand. */
  #nextText(): string | Base64Text | undefined {
    for (;;) {
      const frame = this.#frames.next();
      if (frame === undefined) return undefined;
      if (frame.opcode === opcodes.ping) this.#sendFrame(opcodes.pong, frame.payload);
      if (frame.opcode === opcodes.close) return void this.close(`${this.peer} said goodbye`);
      if (frame.opcode > opcodes.binary) continue;
      const message = this.#messages.add(frame);
      if (frame.parts !== undefined) return frame.parts;
      if (message !== undefined) return cutBase64(message) ?? this.#decoder.decode(message);
    }
  }

  #sendFrame(opcode: number, payload: Uint8Array): void {
    // A peer that pings without reading must not fill the queue.
    if (opcode === opcodes.pong && this.queuedBytes > limits.sendHighWaterBytes) return;
    const isMasked = this.#isClient;
    const head = frameHeadLength(payload.byteLength, isMasked);
    this.#queue.put(head + payload.byteLength, (place) => {
      place.set(payload, head);
      writeFrameHead(place, { opcode, isMasked, length: payload.byteLength });
      return true;
    });
  }

  async #writeAll(block: Uint8Array<ArrayBuffer>): Promise<void> {
    let rest = block;
    while (rest.byteLength > 0) {
      rest = rest.subarray(await this.#connection.write(rest));
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
