/** Puts the events of one process in order, and says which are missing. Pure. @module */

import { limits } from "../protocol/limits.ts";
import type { ReadResult } from "../protocol/methods/process.ts";
import { ExecServerError, outputLostError, protocolError, type SeqRange } from "./errors.ts";
import {
  exitedEvent,
  firstSeqOf,
  gapEvent,
  type ObservedEvent,
  outputEvent,
  type ProcessEvent,
} from "./process_events.ts";

/** Where the events of a process begin, and what becomes of those that are lost. */
export interface FollowOptions {
  /** Number of the last event that is not wanted; 0 by default. */
  readonly afterSeq?: number;
  /** Whether lost events are told as a gap, and not an error; default false. */
  readonly toleratesGaps?: boolean;
}

/**
 * Takes events as they come and gives them back in sequence, without repeats. Events that come
 * early wait for those before them; when there are too many, output is let go, to be read again.
 */
export class EventOrder {
  readonly #processId: string;
  readonly #toleratesGaps: boolean;
  /** By the first number that they cover. */
  readonly #early = new Map<number, ObservedEvent>();
  #earlyBytes = 0;
  #published: number;
  #seen: number;
  #hasExited = false;
  #isClosed = false;

  /** @param processId names the process in errors */
  constructor(processId: string, { afterSeq = 0, toleratesGaps = false }: FollowOptions = {}) {
    this.#processId = processId;
    this.#published = this.#seen = afterSeq;
    this.#toleratesGaps = toleratesGaps;
  }

  /** Number of the last event given back; 0 before the first. */
  get published(): number {
    return this.#published;
  }

  /** Highest number that is known to exist. */
  get seen(): number {
    return this.#seen;
  }

  /** Whether an event is known to be missing before one that has been seen. */
  get hasGap(): boolean {
    return !this.#isClosed && this.#seen > this.#published;
  }

  /** Takes an event in; returns those whose turn has come, in order. */
  add(event: ProcessEvent): ObservedEvent[] {
    if (this.#isClosed || event.seq <= this.#published) return [];
    this.#seen = Math.max(this.#seen, event.seq);
    if (event.seq === this.#published + 1) return this.#publish(event);
    if (this.#hasRoom(event)) this.#keep(event);
    return [];
  }

  /**
   * Fills the gap from the answer to `process/read` after `published`; returns the events whose
   * turn has come, in order.
   * @param seen what `seen` was when the read was sent: the answer must reach that far
   * @throws {ExecServerError} `outputLost` when events are missing that the server no longer keeps
   * and gaps are not tolerated,
   * `processLost` when the server lost the process, `protocol` when the answer contradicts itself
   */
  fill(answer: ReadResult, seen: number): ObservedEvent[] {
    if (typeof answer.failure === "string") {
      const text = `Process "${this.#processId}" was lost by the server: ${answer.failure}`;
      throw new ExecServerError("processLost", text);
    }
    const last = answer.nextSeq - 1;
    for (const chunk of answer.chunks) {
      const isBeyond = chunk.seq > last || (answer.closed && chunk.seq === last);
      if (isBeyond) throw protocolError(`chunk ${chunk.seq} lies beyond the end of process output`);
      this.#keep(outputEvent(chunk));
    }
    if (answer.closed) this.#keep({ type: "closed", seq: last });
    this.#seen = Math.max(this.#seen, last);
    const missing = this.#missingUpTo(Math.max(last, seen));
    if (missing.length > 0) this.#explain(missing, answer);
    const next = this.#take(this.#published + 1);
    return next === undefined ? [] : this.#publish(next);
  }

  /** Says what the missing numbers stand for: the exit, which is no chunk, and what is lost. */
  #explain(missing: readonly SeqRange[], answer: ReadResult): void {
    const hole = missing.at(-1);
    const isExitMissing = answer.exited && !this.#knowsExit();
    const isOnlyExit = isExitMissing && missing.length === 1 && hole?.from === hole?.to &&
      (hole?.to ?? 0) < answer.nextSeq;
    if (!isOnlyExit && !this.#toleratesGaps) throw outputLostError(this.#processId, missing);
    // Where more is missing, it has the last number: a program ends after most of its output.
    const exitSeq = isExitMissing ? hole?.to : undefined;
    for (const { from, to } of missing) {
      const end = to === exitSeq ? to - 1 : to;
      if (from <= end) this.#keep(gapEvent(from, end));
    }
    if (exitSeq !== undefined) this.#keep(exitOf(answer, exitSeq));
  }

  #hasRoom(event: ProcessEvent): boolean {
    // An exit or a close cannot be read again as such, and there is one of each.
    if (event.type !== "output") return true;
    return this.#early.size < limits.reorderEvents &&
      this.#earlyBytes + event.chunk.byteLength <= limits.clientBufferBytes;
  }

  #keep(event: ObservedEvent): void {
    const first = firstSeqOf(event);
    if (event.seq <= this.#published || this.#early.has(first)) return;
    this.#early.set(first, event);
    if (event.type === "output") this.#earlyBytes += event.chunk.byteLength;
  }

  #take(seq: number): ObservedEvent | undefined {
    const event = this.#early.get(seq);
    if (event === undefined) return undefined;
    this.#early.delete(seq);
    if (event.type === "output") this.#earlyBytes -= event.chunk.byteLength;
    return event;
  }

  /** An event whose turn has come, and all that follow it without a gap. */
  #publish(first: ObservedEvent): ObservedEvent[] {
    const ready: ObservedEvent[] = [];
    let event: ObservedEvent | undefined = first;
    while (event !== undefined && !this.#isClosed) {
      ready.push(event);
      this.#published = event.seq;
      if (event.type === "exited") this.#hasExited = true;
      if (event.type === "closed") this.#isClosed = true;
      event = this.#take(event.seq + 1);
    }
    if (this.#isClosed) this.#early.clear();
    return ready;
  }

  #knowsExit(): boolean {
    return this.#hasExited || this.#early.values().some((event) => event.type === "exited");
  }

  /** Runs of numbers after `published`, up to `last`, whose events are not here. */
  #missingUpTo(last: number): SeqRange[] {
    const runs: SeqRange[] = [];
    let next = this.#published + 1;
    for (const seq of [...this.#early.keys()].sort((a, b) => a - b)) {
      if (seq > last) break;
      if (seq > next) runs.push({ from: next, to: seq - 1 });
      next = seq + 1;
    }
    if (next <= last) runs.push({ from: next, to: last });
    return runs;
  }
}

function exitOf(answer: ReadResult, seq: number): ProcessEvent {
  const { exitCode } = answer;
  if (exitCode === null) throw protocolError("a process that exited has no exit code");
  return exitedEvent(seq, { ...answer, exitCode });
}
