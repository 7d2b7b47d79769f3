/**
 * Outgoing bytes in front of a writer that takes one block at a time.
 *
 * Messages are encoded straight into blocks that are used again and again: a flood of output makes
 * no garbage, and many small messages cost one system call.
 * @module
 */

import { base64Length, writeBase64 } from "../base64.ts";
import { realClock } from "../clock.ts";
import { limits } from "../limits.ts";
import type { Base64Text } from "./transport.ts";

/** Writes all of `block`; rejects when the peer is gone. */
export type WriteBlock = (block: Uint8Array<ArrayBuffer>) => Promise<void>;

interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  filled: number;
}

// Two output messages of the largest size fit, and a few small ones.
const BLOCK_BYTES = 192 * 1024;
// As many as one congested connection fills, so that a flood allocates nothing.
const SPARE_BLOCKS = Math.ceil(limits.sendHighWaterBytes / BLOCK_BYTES) + 2;

/** Blocks that no queue needs at the moment, for whichever needs one next. */
const spares: Block[] = [];

/** Sends bytes in order, joins what is small, and counts what is waiting. */
export class SendQueue {
  readonly #write: WriteBlock;
  readonly #onFailure: (error: unknown) => void;
  /** The last one may still take more. */
  #blocks: Block[] = [];
  #queuedBytes = 0;
  #isWriting = false;
  #isStopped = false;
  #waiters: { readonly atMost: number; readonly resolve: () => void }[] = [];

  /** @param write takes one block; @param onFailure told once when `write` rejects */
  constructor(write: WriteBlock, onFailure: (error: unknown) => void) {
    this.#write = write;
    this.#onFailure = onFailure;
  }

  /** Bytes not yet taken by the writer. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Queues `length` bytes, which `fill` writes into the place it is given.
   * @param fill returns false to take the place back; then nothing is queued
   * @returns what `fill` returned; true once the queue is stopped, when everything is dropped
   */
  put(length: number, fill: (place: Uint8Array<ArrayBuffer>) => boolean): boolean {
    if (this.#isStopped) return true;
    const block = this.#blockFor(length);
    if (!fill(block.bytes.subarray(block.filled, block.filled + length))) {
      // A block that was opened for this only must not be written empty.
      if (block.filled === 0) spare(this.#blocks.pop());
      return false;
    }
    block.filled += length;
    this.#queuedBytes += length;
    this.#start();
    return true;
  }

  /** Settles when at most `atMost` bytes wait, or the queue is stopped. */
  drained(atMost: number = limits.sendLowWaterBytes): Promise<void> {
    if (this.#isStopped || this.#queuedBytes <= atMost) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ atMost, resolve }));
  }

  /** Drops what waits and lets go of everyone. */
  stop(): void {
    this.#isStopped = true;
    this.#blocks = [];
    this.#queuedBytes = 0;
    this.#release();
  }

  #blockFor(length: number): Block {
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.filled + length <= last.bytes.byteLength) return last;
    const fresh = length <= BLOCK_BYTES
      ? spares.pop() ?? { bytes: new Uint8Array(BLOCK_BYTES), filled: 0 }
      : { bytes: new Uint8Array(length), filled: 0 };
    this.#blocks.push(fresh);
    return fresh;
  }

  /** Begins a moment later, so that what is queued in one go is written in one go. */
  #start(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    try {
      // Taken out before it is written: what comes meanwhile goes into another block.
      for (let block = this.#blocks.shift(); block !== undefined; block = this.#blocks.shift()) {
        await this.#write(block.bytes.subarray(0, block.filled));
        if (this.#isStopped) return;
        this.#queuedBytes -= block.filled;
        spare(block);
        this.#release();
      }
    } catch (error) {
      if (!this.#isStopped) this.#onFailure(error);
    } finally {
      this.#isWriting = false;
    }
  }

  #release(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    const isReady = (atMost: number) => this.#isStopped || this.#queuedBytes <= atMost;
    this.#waiters = waiters.filter(({ atMost }) => !isReady(atMost));
    for (const { atMost, resolve } of waiters) if (isReady(atMost)) resolve();
  }
}

/** Settles when nothing waits any more, or after `limits.finishMs`: a stopped peer keeps nobody. */
export async function drainedInTime(queue: SendQueue): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = realClock.after(limits.finishMs, resolve);
  await Promise.race([queue.drained(0), promise]);
  timer.cancel();
}

function spare(block: Block | undefined): void {
  if (
    block === undefined || block.bytes.byteLength !== BLOCK_BYTES || spares.length >= SPARE_BLOCKS
  ) return;
  block.filled = 0;
  spares.push(block);
}

const encoder = new TextEncoder();

/** What stands around a text on the wire. */
export interface TextFrame {
  /** Bytes in front of a text of so many bytes. */
  readonly headLength: (textLength: number) => number;
  /** Bytes behind it. */
  readonly tailLength: number;
  /** Finishes a place whose text is written; may change the text, as a mask does. */
  readonly finish: (place: Uint8Array<ArrayBuffer>, textLength: number) => void;
}

/** Writes a text of one byte per character; false when it is not one. */
function putAscii(text: string, place: Uint8Array<ArrayBuffer>): boolean {
  const { read, written } = encoder.encodeInto(text, place);
  return read === text.length && written === text.length;
}

/** Queues a text as UTF-8 inside a frame. */
export function putText(queue: SendQueue, text: string, frame: TextFrame): void {
  const { headLength, tailLength, finish } = frame;
  // Nearly every message is ASCII; then its length is known before it is encoded.
  const head = headLength(text.length);
  const isAscii = queue.put(head + text.length + tailLength, (place) => {
    if (!putAscii(text, place.subarray(head, head + text.length))) return false;
    finish(place, text.length);
    return true;
  });
  if (isAscii) return;
  const bytes = encoder.encode(text);
  const longHead = headLength(bytes.byteLength);
  queue.put(longHead + bytes.byteLength + tailLength, (place) => {
    place.set(bytes, longHead);
    finish(place, bytes.byteLength);
    return true;
  });
}

/**
 * Queues `before`, the base64 of `bytes` and `after` inside a frame, without making a string of it.
 * @returns false, with nothing queued, when the texts are not ASCII
 */
export function putBase64(
  queue: SendQueue,
  { before, bytes, after }: Base64Text,
  frame: TextFrame,
): boolean {
  const base64 = base64Length(bytes.byteLength);
  const length = before.length + base64 + after.length;
  const head = frame.headLength(length);
  return queue.put(head + length + frame.tailLength, (place) => {
    const text = place.subarray(head, head + length);
    const isAscii = putAscii(before, text) &&
      putAscii(after, text.subarray(text.length - after.length));
    if (!isAscii) return false;
    writeBase64(bytes, text.subarray(before.length, before.length + base64));
    frame.finish(place, length);
    return true;
  });
}
