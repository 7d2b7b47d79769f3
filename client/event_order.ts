/** Puts the events of one process in order, and says which are missing. Pure. @module */

import { limits } from "../protocol/limits.ts";
import type { ReadResult } from "../protocol/methods/process.ts";
import { ExecServerError, outputLostError, protocolError, type SeqRange } from "./errors.ts";
import { exitedEvent, outputEvent, type ProcessEvent } from "./process_events.ts";

/**
 * Takes events as they come and gives them back in sequence, without repeats. Events that come
 * early wait for those before them; when there are too many, output is let go, to be read again.
 */
export class EventOrder {
  readonly #processId: string;
  readonly #early = new Map<number, ProcessEvent>();
  #earlyBytes = 0;
  #published = 0;
  #seen = 0;
  #hasExited = false;
  #isClosed = false;

  /** @param processId names the process in errors */
  constructor(processId: string) {
    this.#processId = processId;
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
  add(event: ProcessEvent): ProcessEvent[] {
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
   * @throws {ExecServerError} `outputLost` when events are missing that the server no longer keeps,
   * `processLost` when the server lost the process, `protocol` when the answer contradicts itself
   */
  fill(answer: ReadResult, seen: number): ProcessEvent[] {
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
    const [hole] = missing;
    if (hole !== undefined) {
      const isExit = missing.length === 1 && hole.from === hole.to && hole.to <= last;
      if (!answer.exited || this.#knowsExit() || !isExit) {
        throw outputLostError(this.#processId, missing);
      }
      // The exit has a number but is no chunk: the one number that is missing must be its own.
      this.#keep(exitOf(answer, hole.from));
    }
    const next = this.#take(this.#published + 1);
    return next === undefined ? [] : this.#publish(next);
  }

  #hasRoom(event: ProcessEvent): boolean {
    // An exit or a close cannot be read again as such, and there is one of each.
    if (event.type !== "output") return true;
    return this.#early.size < limits.reorderEvents &&
      this.#earlyBytes + event.chunk.byteLength <= limits.clientBufferBytes;
  }

  #keep(event: ProcessEvent): void {
    if (event.seq <= this.#published || this.#early.has(event.seq)) return;
    this.#early.set(event.seq, event);
    if (event.type === "output") this.#earlyBytes += event.chunk.byteLength;
  }

  #take(seq: number): ProcessEvent | undefined {
    const event = this.#early.get(seq);
    if (event === undefined) return undefined;
    this.#early.delete(seq);
    if (event.type === "output") this.#earlyBytes -= event.chunk.byteLength;
    return event;
  }

  /** An event whose turn has come, and all that follow it without a gap. */
  #publish(first: ProcessEvent): ProcessEvent[] {
    const ready: ProcessEvent[] = [];
    let event: ProcessEvent | undefined = first;
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
