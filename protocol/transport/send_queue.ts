/**
 * Outgoing bytes in front of a writer that takes one block at a time.
 *
 * Messages are encoded straight into blocks that are used again and again: a flood of output makes
 * no garbage, and many small messages cost one system call.
 * @module
 */

import { realClock } from "../clock.ts";
import { limits } from "../limits.ts";
import { nextTurn } from "../next_turn.ts";

/** Writes all of `block`; rejects when the peer is gone. */
export type WriteBlock = (block: Uint8Array<ArrayBuffer>) => Promise<void>;

/** A message that is made while it is sent, so that it never is in memory as a whole. */
export interface LongMessage {
  /** Bytes on the wire. */
  readonly length: number;
  /** Writes the next bytes, as many as fit, and says how many; all have come after `length`. */
  readonly next: (place: Uint8Array<ArrayBuffer>) => number;
  /** Called once when the message is sent or dropped. */
  readonly end: () => void;
}

/** Short messages, or a piece of a long one. */
interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  filled: number;
}

// Two output messages of the largest size fit, and a few small ones.
const BLOCK_BYTES = 192 * 1024;
// Several queues may do the same in one turn.
const HOLD_MS = 2;
// Copying a block takes a tenth of it; what takes longer has waited, and the event loop turned.
const WAIT_MS = 1;
// As many as one congested connection fills, so that a flood allocates nothing.
const SPARE_BLOCKS = Math.ceil(limits.sendHighWaterBytes / BLOCK_BYTES) + 2;

/** Blocks that no queue needs at the moment, for whichever needs one next. */
const spares: Block[] = [];

/** Sends bytes in order, joins what is small, and counts what is waiting. */
export class SendQueue {
  readonly #write: WriteBlock;
  readonly #onFailure: (error: unknown) => void;
  /** What waits, in order. A block at the end may still take more. */
  #waiting: (Block | LongMessage)[] = [];
  #queuedBytes = 0;
  #isWriting = false;
  #isStopped = false;
  #turnedAtMs = 0;
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
      if (block.filled === 0) {
        this.#waiting.pop();
        spare(block);
      }
      return false;
    }
    block.filled += length;
    this.#queuedBytes += length;
    this.#start();
    return true;
  }

  /** Queues a message that is made when its turn comes. */
  putLong(message: LongMessage): void {
    if (this.#isStopped) return message.end();
    this.#waiting.push(message);
    this.#queuedBytes += message.length;
    this.#start();
  }

  /** Settles when at most `atMost` bytes wait, or the queue is stopped. */
  drained(atMost: number = limits.sendLowWaterBytes): Promise<void> {
    if (this.#isStopped || this.#queuedBytes <= atMost) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ atMost, resolve }));
  }

  /** Drops what waits and lets go of everyone. */
  stop(): void {
    this.#isStopped = true;
    for (const waiting of this.#waiting) if ("next" in waiting) waiting.end();
    this.#waiting = [];
    this.#queuedBytes = 0;
    this.#release();
  }

  #blockFor(length: number): Block {
    const last = this.#waiting.at(-1);
    if (last !== undefined && !("next" in last) && last.filled + length <= last.bytes.byteLength) {
      return last;
    }
    const fresh = length <= BLOCK_BYTES
      ? freshBlock()
      : { bytes: new Uint8Array(length), filled: 0 };
    this.#waiting.push(fresh);
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
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        if ("next" in next) await this.#sendLong(next);
        else await this.#sendBlock(next);
        if (this.#isStopped) return;
      }
    } catch (error) {
      if (!this.#isStopped) this.#onFailure(error);
    } finally {
      this.#isWriting = false;
    }
  }

  async #sendBlock(block: Block): Promise<void> {
    const { bytes, filled } = block;
    await this.#write(filled === bytes.byteLength ? bytes : bytes.subarray(0, filled));
    if (this.#isStopped) return;
    this.#queuedBytes -= filled;
    spare(block);
    this.#release();
  }

  async #sendLong(message: LongMessage): Promise<void> {
    try {
      for (let left = message.length; left > 0 && !this.#isStopped;) {
        await this.#letOthersWork();
        const block = freshBlock();
        block.filled = message.next(block.bytes);
        left -= block.filled;
        const beganAtMs = realClock.now();
        await this.#sendBlock(block);
        const endedAtMs = realClock.now();
        if (endedAtMs - beganAtMs > WAIT_MS) this.#turnedAtMs = endedAtMs;
      }
    } finally {
      message.end();
    }
  }

  /** A system that takes everything at once must not keep the event loop at this queue. */
  #letOthersWork(): Promise<void> | undefined {
    const nowMs = realClock.now();
    if (nowMs - this.#turnedAtMs < HOLD_MS) return undefined;
    return nextTurn().then(() => {
      this.#turnedAtMs = realClock.now();
    });
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

function freshBlock(): Block {
  return spares.pop() ?? { bytes: new Uint8Array(BLOCK_BYTES), filled: 0 };
}

function spare(block: Block): void {
  if (block.bytes.byteLength !== BLOCK_BYTES || spares.length >= SPARE_BLOCKS) return;
  block.filled = 0;
  spares.push(block);
}
