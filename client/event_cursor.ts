/** One reader's place in the events of a process: what waits for it, and what it must read again. @module */

import { limits } from "../protocol/limits.ts";
import type { ReadResult } from "../protocol/methods/process.ts";
import { type ExecServerError, outputLostError } from "./errors.ts";
import { costOf, outputEvent, type ProcessEvent } from "./process_events.ts";

/** What a cursor needs of the process it reads. */
export interface CursorSource {
  /** Names the process in errors. */
  readonly processId: string;
  /** Whether a full cursor stops the connection instead of letting go of output. */
  readonly holds: boolean;
  /** Asks the server for what it keeps after a number. */
  readAfter(seq: number): Promise<ReadResult>;
  /** Told when the cursor is no longer full. */
  onRoom(): void;
  /** Told when the cursor takes no more events. */
  forget(cursor: EventCursor): void;
}

/**
 * Delivers events strictly in sequence, each once. For a reader that falls behind by more than
 * `limits.clientBufferBytes`, later output is not kept here but read again from the server when the
 * reader gets there; what the server no longer keeps by then is an error, never a silent hole.
 */
export class EventCursor {
  readonly #source: CursorSource;
  #queue: ProcessEvent[] = [];
  #queuedCost = 0;
  #last = 0;
  #seen = 0;
  #hasLetGo = false;
  #isRereading = false;
  #isClosed = false;
  #isReleased = false;
  #isBroken = false;
  #failure: unknown;
  #wake: (() => void) | undefined;

  /** Begins before the first event. */
  constructor(source: CursorSource) {
    this.#source = source;
  }

  /** Whether so much waits that a connection that holds should stop reading. */
  get isFull(): boolean {
    // The answer to a read of its own comes over the same connection, so that is never stopped.
    return this.#source.holds && !this.#isRereading && !this.#isReleased &&
      this.#queuedCost > limits.clientBufferBytes;
  }

  /** Takes in the next published event. */
  push(event: ProcessEvent): void {
    if (this.#isReleased || this.#isBroken) return;
    this.#seen = event.seq;
    const mustKeep = event.type !== "output" || (this.#source.holds && !this.#isRereading);
    const cost = costOf(event);
    const hasRoom = !this.#hasLetGo &&
      (this.#queue.length === 0 || this.#queuedCost + cost <= limits.clientBufferBytes);
    if (mustKeep || hasRoom) {
      this.#queue.push(event);
      this.#queuedCost += cost;
    } else {
      this.#hasLetGo = true;
    }
    this.#wakeUp();
  }

  /** Notes that events up to a number existed before this cursor did. */
  skipTo(seen: number, kept: readonly ProcessEvent[]): void {
    for (const event of kept) this.push(event);
    this.#seen = seen;
    this.#hasLetGo = true;
  }

  /** A cursor in the same place, for another reader. */
  clone(): EventCursor {
    const copy = new EventCursor(this.#source);
    copy.#queue = [...this.#queue];
    copy.#queuedCost = this.#queuedCost;
    copy.#last = this.#last;
    copy.#seen = this.#seen;
    copy.#hasLetGo = this.#hasLetGo;
    copy.#failure = this.#failure;
    return copy;
  }

  /** Ends the events early: after those that wait, `next` throws. */
  fail(error: ExecServerError): void {
    this.#failure ??= error;
    this.#wakeUp();
  }

  /** The reader wants no more. */
  release(): void {
    this.#isReleased = true;
    this.#queue = [];
    this.#queuedCost = 0;
    this.#wakeUp();
    this.#source.forget(this);
  }

  /**
   * The next event; undefined after `closed`. One call at a time.
   * @throws {ExecServerError} when the events end early, or are lost to this reader
   */
  async next(): Promise<ProcessEvent | undefined> {
    while (!this.#isClosed && !this.#isReleased) {
      const [head] = this.#queue;
      if (head !== undefined && head.seq <= this.#last + 1) {
        this.#queue.shift();
        this.#queuedCost -= costOf(head);
        this.#source.onRoom();
        if (head.seq <= this.#last) continue;
        this.#last = head.seq;
        this.#isClosed = head.type === "closed";
        return head;
      }
      if (head !== undefined || this.#hasLetGo) await this.#readAgain();
      else if (this.#failure !== undefined) throw this.#failure;
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return undefined;
  }

  /** Reads what was let go; afterwards the next event is at hand, or it is lost. */
  async #readAgain(): Promise<void> {
    // From here on new output is kept again: the answer ends before it.
    this.#hasLetGo = false;
    this.#isRereading = true;
    const seen = this.#seen;
    try {
      const answer = await this.#source.readAfter(this.#last);
      if (this.#isReleased) return;
      this.#merge(answer.chunks.map(outputEvent));
      const [head] = this.#queue;
      if (head?.seq === this.#last + 1) return;
      const to = (head?.seq ?? seen + 1) - 1;
      throw outputLostError(this.#source.processId, [{ from: this.#last + 1, to }]);
    } catch (error) {
      this.#breakOff(error);
      throw error;
    } finally {
      this.#isRereading = false;
    }
  }

  /** Nothing can follow what this reader missed. */
  #breakOff(error: unknown): void {
    this.#isBroken = true;
    this.#queue = [];
    this.#queuedCost = 0;
    this.#hasLetGo = false;
    this.#failure = error;
    this.#source.forget(this);
  }

  #merge(events: readonly ProcessEvent[]): void {
    const bySeq = new Map<number, ProcessEvent>();
    for (const event of [...events, ...this.#queue]) {
      // What was not published yet will come in its turn.
      if (event.seq > this.#last && event.seq <= this.#seen) bySeq.set(event.seq, event);
    }
    this.#queue = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
    this.#queuedCost = this.#queue.reduce((sum, event) => sum + costOf(event), 0);
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
