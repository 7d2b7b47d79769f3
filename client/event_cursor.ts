/** One reader's place in the events of a process: what waits for it, and what it must read again. @module */

import { limits } from "../protocol/limits.ts";
import type { OutputStream, ReadResult } from "../protocol/methods/process.ts";
import { ExecServerError, outputLostError } from "./errors.ts";
import { costOf, firstSeqOf, gapEvent, type ObservedEvent, outputEvent } from "./process_events.ts";

/** Output of streams that are not wanted: it has its place in the sequence, and nothing else. */
interface SkippedEvents {
  readonly type: "skipped";
  readonly from: number;
  readonly seq: number;
}

type QueuedEvent = ObservedEvent | SkippedEvents;

/** What a cursor needs of the process it reads. */
export interface CursorSource {
  /** Names the process in errors. */
  readonly processId: string;
  /** Whether a full cursor stops the connection instead of letting go of output. */
  readonly holds: boolean;
  /** Number of the last event before those it is about. */
  readonly afterSeq: number;
  /** Whether what is lost is told as a gap. */
  readonly toleratesGaps: boolean;
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
 * reader gets there; what the server no longer keeps by then is an error, or a gap where those are
 * tolerated, never a silent hole.
 */
export class EventCursor {
  readonly #source: CursorSource;
  #queue: QueuedEvent[] = [];
  #queuedCost = 0;
  #last: number;
  #seen = 0;
  #hasLetGo = false;
  /** The last event before the first that was let go. */
  #keptTo = 0;
  #wanted: readonly OutputStream[] | undefined;
  #isTaken = false;
  #isRereading = false;
  #isClosed = false;
  #isReleased = false;
  #isBroken = false;
  #failure: unknown;
  #wake: (() => void) | undefined;

  /** Begins before the first event. */
  constructor(source: CursorSource) {
    this.#source = source;
    this.#last = source.afterSeq;
  }

  /** Whether so much waits that a connection that holds should stop reading. */
  get isFull(): boolean {
    // The answer to a read of its own comes over the same connection, so that is never stopped.
    return this.#holds && !this.#isRereading && this.#queuedCost > limits.clientBufferBytes;
  }

  /** The last event that it will not ask the server for: the server may forget those up to it. */
  get spareSeq(): number {
    if (!this.#isTaken) return Infinity;
    if (this.#isRereading) return this.#last;
    return this.#hasLetGo ? this.#keptTo : Infinity;
  }

  get #holds(): boolean {
    // Without a reader, nothing would let the connection go on.
    return this.#source.holds && this.#isTaken;
  }

  /** From now on it has a reader, who must not miss anything. */
  take(): this {
    this.#isTaken = true;
    return this;
  }

  /** Wants the output of some streams only. */
  narrowTo(streams: readonly OutputStream[]): this {
    this.#wanted = streams;
    this.#refill(this.#queue);
    return this;
  }

  /** Takes in the next published event. */
  push(event: ObservedEvent): void {
    if (this.#isReleased || this.#isBroken) return;
    this.#seen = event.seq;
    const mustKeep = event.type !== "output" || (this.#holds && !this.#isRereading);
    const after = this.#queuedCost + costOf(event);
    const hasRoom = !this.#hasLetGo && (this.#queuedCost === 0 || !this.#wants(event) ||
      after <= limits.clientBufferBytes);
    if (mustKeep || hasRoom) this.#append(event);
    else this.#letGoAfter(event.seq - 1);
    this.#wakeUp();
  }

  #wants(event: QueuedEvent): boolean {
    return event.type !== "output" || (this.#wanted?.includes(event.stream) ?? true);
  }

  #append(event: QueuedEvent): void {
    if (event.type !== "skipped" && this.#wants(event)) {
      this.#queue.push(event);
      this.#queuedCost += costOf(event);
      return;
    }
    let from = firstOf(event);
    const tail = this.#queue.at(-1);
    if (tail?.type === "skipped" && from <= tail.seq + 1) {
      from = tail.from;
      this.#queue.pop();
    }
    this.#queue.push({ type: "skipped", from, seq: event.seq });
  }

  #refill(events: readonly QueuedEvent[]): void {
    this.#queue = [];
    this.#queuedCost = 0;
    for (const event of events) this.#append(event);
  }

  #letGoAfter(seq: number): void {
    if (!this.#hasLetGo) this.#keptTo = seq;
    this.#hasLetGo = true;
  }

  /** Notes that events up to a number existed before this cursor did. */
  skipTo(seen: number, kept: readonly ObservedEvent[]): void {
    for (const event of kept) this.push(event);
    this.#seen = seen;
    this.#letGoAfter(this.#last);
  }

  /** A cursor in the same place, for another reader. */
  clone(): EventCursor {
    const copy = new EventCursor(this.#source);
    copy.#queue = [...this.#queue];
    copy.#queuedCost = this.#queuedCost;
    copy.#last = this.#last;
    copy.#seen = this.#seen;
    copy.#hasLetGo = this.#hasLetGo;
    copy.#keptTo = this.#keptTo;
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
  async next(): Promise<ObservedEvent | undefined> {
    while (!this.#isClosed && !this.#isReleased) {
      const [head] = this.#queue;
      if (head !== undefined && firstOf(head) <= this.#last + 1) {
        this.#queue.shift();
        if (head.type !== "skipped") this.#queuedCost -= costOf(head);
        this.#source.onRoom();
        if (head.seq <= this.#last) continue;
        this.#last = head.seq;
        if (head.type === "skipped") continue;
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
      const [from, next] = [this.#last + 1, head === undefined ? seen + 1 : firstOf(head)];
      if (next <= from) return;
      this.#lose(from, next - 1);
    } catch (error) {
      const failure = this.#isForgotten(error, seen)
        ? outputLostError(this.#source.processId, [{ from: this.#last + 1, to: seen }])
        : error;
      this.#breakOff(failure);
      throw failure;
    } finally {
      this.#isRereading = false;
      this.#source.onRoom();
    }
  }

  /** Tells of a gap, where that is enough. */
  #lose(from: number, to: number): void {
    const { processId, toleratesGaps } = this.#source;
    if (!toleratesGaps) throw outputLostError(processId, [{ from, to }]);
    const gap = gapEvent(from, to);
    this.#queue.unshift(gap);
    this.#queuedCost += costOf(gap);
  }

  /** A server refuses to read a process that closed long ago: it keeps nothing of it. */
  #isForgotten(error: unknown, seen: number): boolean {
    return error instanceof ExecServerError && error.kind === "server" && seen > this.#last;
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

  #merge(events: readonly ObservedEvent[]): void {
    const bySeq = new Map<number, QueuedEvent>();
    for (const event of [...events, ...this.#queue]) {
      // What was not published yet will come in its turn.
      if (event.seq > this.#last && event.seq <= this.#seen) bySeq.set(event.seq, event);
    }
    this.#refill([...bySeq.values()].sort((a, b) => a.seq - b.seq));
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

function firstOf(event: QueuedEvent): number {
  return event.type === "skipped" ? event.from : firstSeqOf(event);
}
