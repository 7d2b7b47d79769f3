/** Everything the client knows of one process: its events in order, its readers, its end. @module */

import { limits } from "../protocol/limits.ts";
import type { ReadParams, ReadResult } from "../protocol/methods/process.ts";
import type { SandboxDenial } from "../protocol/methods/sandbox_denial.ts";
import { type CursorSource, EventCursor } from "./event_cursor.ts";
import { EventOrder, type FollowOptions } from "./event_order.ts";
import { ExecServerError, protocolError, reasonOf } from "./errors.ts";
import type { ClosedEvent, ExitedEvent, ObservedEvent, ProcessEvent } from "./process_events.ts";

/** How a program ended. */
export interface ExitStatus {
  /** Exit code; 128 + n after signal n. */
  readonly exitCode: number;
  /** Whether the sandbox seems to have caused the failure. */
  readonly sandboxDenied: boolean;
  /** What it seems to have denied; absent when the output, or an older server, does not tell. */
  readonly sandboxDenial?: SandboxDenial;
  /** Why the server ended it, such as "killed by timeout after 500 ms"; absent when it did not. */
  readonly reason?: string;
}

/** What a feed needs of the client it belongs to. */
export interface FeedOwner {
  /** Whether a slow reader stops the connection instead of reading again what it missed. */
  readonly backpressure: boolean;
  /** Calls `process/read`. */
  read(params: ReadParams): Promise<ReadResult>;
  /** Tells the server how far the events have arrived. */
  acknowledge(processId: string, seq: number): void;
  /** Told once, when nothing more will come: after `closed`, or a failure. */
  onEnd(feed: ProcessFeed, failure: ExecServerError | undefined): void;
}

/** Orders the events of one process and hands them to any number of readers. */
export class ProcessFeed implements CursorSource {
  /** The process. */
  readonly processId: string;
  readonly afterSeq: number;
  readonly toleratesGaps: boolean;
  /** Whether the server has said that it runs. */
  isStarted = false;
  /** Whether the server holds the process back until its output has arrived. */
  isAcknowledged = false;
  /** Settles when the program has ended; rejects when that will never be known. */
  readonly exit: Promise<ExitStatus>;
  /** Settles when the program and its output have ended; rejects when that will never be known. */
  readonly status: Promise<ExitStatus>;
  readonly #owner: FeedOwner;
  readonly #order: EventOrder;
  readonly #exit = Promise.withResolvers<ExitStatus>();
  readonly #status = Promise.withResolvers<ExitStatus>();
  /** Keeps events for the first reader, until there is one. */
  #unread: EventCursor | undefined;
  #cursors: EventCursor[] = [];
  #exited: ExitedEvent | undefined;
  #closed: ClosedEvent | undefined;
  #failure: ExecServerError | undefined;
  #isFilling = false;
  #unackedBytes = 0;
  #ackedSeq = 0;
  #onRoom: (() => void)[] = [];

  /** Begins before the first event that is wanted. */
  constructor(processId: string, owner: FeedOwner, options: FollowOptions = {}) {
    this.processId = processId;
    this.afterSeq = options.afterSeq ?? 0;
    this.toleratesGaps = options.toleratesGaps ?? false;
    this.#owner = owner;
    this.#order = new EventOrder(processId, options);
    this.#unread = new EventCursor(this);
    this.#cursors.push(this.#unread);
    this.exit = this.#exit.promise;
    this.status = this.#status.promise;
    // Who does not ask must not be bothered with an unhandled rejection.
    this.exit.catch(() => {});
    this.status.catch(() => {});
  }

  /** Whether nothing more will come. */
  get isEnded(): boolean {
    return this.#closed !== undefined || this.#failure !== undefined;
  }

  get holds(): boolean {
    return this.#owner.backpressure;
  }

  /** Takes in an event. Returns a promise when the connection should stop reading for a while. */
  accept(event: ProcessEvent): Promise<void> | undefined {
    this.#publish(this.#order.add(event));
    if (this.#order.hasGap) void this.#fillGap();
    if (!this.#isFull()) return undefined;
    return new Promise((resolve) => this.#onRoom.push(resolve));
  }

  /**
   * Takes in what the server kept while there was no connection.
   * @param read calls `process/read` over the new one, before other calls go out
   * @throws {ExecServerError} when that is lost too; what else goes wrong ends this process only
   */
  async catchUp(read: FeedOwner["read"] = (params) => this.#owner.read(params)): Promise<void> {
    if (this.isEnded) return;
    const { published, seen } = this.#order;
    try {
      const answer = await read(this.#after(published));
      if (!this.isEnded) this.#publish(this.#order.fill(answer, seen));
    } catch (error) {
      const failure = asExecServerError(error);
      if (failure.kind === "disconnected") throw failure;
      this.fail(failure.kind === "server" ? forgotten(this.processId, failure) : failure);
    }
  }

  /** Ends everything that still waits with an error. */
  fail(error: ExecServerError): void {
    if (this.isEnded) return;
    this.#failure = error;
    for (const cursor of this.#cursors) cursor.fail(error);
    this.#exit.reject(error);
    this.#status.reject(error);
    this.#owner.onEnd(this, error);
  }

  /** A new reader. The first one gets all events from the beginning without asking the server. */
  cursor(): EventCursor {
    return this.#freshCursor().take();
  }

  /**
   * Two new readers in the same place: of standard output or the terminal, and of standard error.
   * Neither is taken yet.
   */
  streamCursors(): readonly [EventCursor, EventCursor] {
    const first = this.#freshCursor();
    const second = first.clone();
    this.#cursors.push(second);
    return [first.narrowTo(["stdout", "pty"]), second.narrowTo(["stderr"])];
  }

  readAfter(seq: number): Promise<ReadResult> {
    return this.#owner.read(this.#after(seq));
  }

  onRoom(): void {
    this.#acknowledgeIfDue();
    if (this.#onRoom.length === 0 || this.#isFull()) return;
    for (const resolve of this.#onRoom.splice(0)) resolve();
  }

  forget(cursor: EventCursor): void {
    this.#cursors = this.#cursors.filter((other) => other !== cursor);
    this.onRoom();
  }

  #freshCursor(): EventCursor {
    const cursor = this.#unread ?? this.#lateCursor();
    this.#unread = undefined;
    return cursor;
  }

  /** A reader that comes after another one: what it missed, it asks the server for. */
  #lateCursor(): EventCursor {
    const cursor = new EventCursor(this);
    const ends = [this.#exited, this.#closed].filter((event) => event !== undefined);
    if (this.#order.published > this.afterSeq) cursor.skipTo(this.#order.published, ends);
    if (this.#failure !== undefined) cursor.fail(this.#failure);
    this.#cursors.push(cursor);
    return cursor;
  }

  #after(seq: number): ReadParams {
    return { processId: this.processId, afterSeq: seq, maxBytes: null, waitMs: 0 };
  }

  #isFull(): boolean {
    return this.#cursors.some((cursor) => cursor.isFull);
  }

  #publish(events: readonly ObservedEvent[]): void {
    for (const event of events) {
      for (const cursor of this.#cursors) cursor.push(event);
      if (event.type === "exited") this.#noteExit(event);
      if (event.type === "closed") this.#noteClose(event);
      if (event.type === "output") this.#unackedBytes += event.chunk.byteLength;
    }
    this.#acknowledgeIfDue();
  }

  #acknowledgeIfDue(): void {
    const isDue = this.#unackedBytes >= limits.ackBytes ||
      this.#order.published - this.#ackedSeq >= limits.ackEvents;
    if (isDue && this.#spareSeq() > this.#ackedSeq) this.acknowledge();
  }

  /** The last event that nobody will ask the server for; never lower than it was. */
  #spareSeq(): number {
    const spare = this.#cursors.map((cursor) => cursor.spareSeq);
    return Math.max(this.#ackedSeq, Math.min(this.#order.published, ...spare));
  }

  /** Tells the server which events it may forget, if it waits for that. */
  acknowledge(): void {
    if (!this.isAcknowledged || this.isEnded) return;
    this.#ackedSeq = this.#spareSeq();
    this.#owner.acknowledge(this.processId, this.#ackedSeq);
    if (this.#ackedSeq === this.#order.published) this.#unackedBytes = 0;
  }

  #noteExit(event: ExitedEvent): void {
    this.#exited = event;
    const { type: _, seq: __, ...status } = event;
    this.#exit.resolve(status);
  }

  #noteClose(event: ClosedEvent): void {
    this.#closed = event;
    // A server that never said how the program ended must not make it look like a success.
    const reason = `process "${this.processId}" was closed without an exit`;
    if (this.#exited === undefined) this.#exit.reject(protocolError(reason));
    this.#status.resolve(this.exit);
    this.#owner.onEnd(this, undefined);
  }

  /** Asks the server for what did not come, until nothing is missing. */
  async #fillGap(): Promise<void> {
    if (this.#isFilling) return;
    this.#isFilling = true;
    try {
      while (this.#order.hasGap && !this.isEnded) {
        const { published, seen } = this.#order;
        const answer = await this.readAfter(published);
        if (!this.isEnded) this.#publish(this.#order.fill(answer, seen));
      }
    } catch (error) {
      this.fail(asExecServerError(error));
    } finally {
      this.#isFilling = false;
    }
  }
}

function asExecServerError(error: unknown): ExecServerError {
  return error instanceof ExecServerError ? error : protocolError(reasonOf(error), error);
}

function forgotten(processId: string, cause: ExecServerError): ExecServerError {
  const words = cause.serverMessage ?? cause.message;
  const text =
    `Process "${processId}" was lost by the server, and how it ended is unknown: ${words}`;
  return new ExecServerError("processLost", text, { cause });
}
