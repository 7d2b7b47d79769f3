/** What waits to be written to one child's standard input: in order, once per id, bounded. @module */

import { limits } from "../../protocol/limits.ts";
import { type Child, StdinBroken } from "./spawner.ts";

/** What became of a write: `unread` when nobody reads any more, `killed` when we ended the process. */
export type WriteOutcome = "accepted" | "unread" | "killed" | "abandoned";

/** Why nothing more is written: the child stopped reading, it ended by itself, or we killed it. */
export type StdinEnd = "unread" | "exited" | "killed";

interface Waiting {
  readonly writeId: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly settle: (outcome: WriteOutcome) => void;
}

const END_OF_FILE = new Uint8Array([0x04]);
const END_OF_LINE_AND_FILE = new Uint8Array([0x04, 0x04]);
/** After a newline, a return, or an end of file the line is empty. */
const LINE_STARTERS: readonly number[] = [0x0a, 0x0d, 0x04];

/** Feeds one child. Writes beyond the limits wait; an id is written once. */
export class StdinQueue {
  readonly #child: Child;
  readonly #isTerminal: boolean;
  /** A terminal's end-of-file character ends only an empty line; before that it just sends it. */
  #isAtLineStart = true;
  readonly #queued: Uint8Array<ArrayBuffer>[] = [];
  #queuedBytes = 0;
  readonly #waiting = new Set<Waiting>();
  /** In order of arrival, so that the first is the oldest. */
  readonly #remembered = new Set<string>();
  #isEnding = false;
  #end: StdinEnd | undefined;

  /** @param options `isTerminal`: its end is a character, and input goes on after it */
  constructor(child: Child, { isTerminal }: { isTerminal: boolean }) {
    this.#child = child;
    this.#isTerminal = isTerminal;
  }

  /**
   * Queues bytes, or settles at once when the id was seen before.
   * @param signal when it fires, a write that still waits for room is abandoned, as if never asked
   */
  write(
    writeId: string,
    bytes: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): WriteOutcome | Promise<WriteOutcome> {
    if (this.#remembered.has(writeId)) return "accepted";
    if (this.#isEnding) return "unread";
    if (this.#end !== undefined) return outcomeAfter(this.#end);
    if (this.#waiting.size === 0 && this.#hasRoom()) return this.#accept(writeId, bytes);
    if (signal.aborted) return "abandoned";
    return new Promise((resolve) => {
      const abandon = () => waiting.settle("abandoned");
      const waiting: Waiting = {
        writeId,
        bytes,
        settle: (outcome) => {
          this.#waiting.delete(waiting);
          signal.removeEventListener("abort", abandon);
          resolve(outcome);
        },
      };
      this.#waiting.add(waiting);
      signal.addEventListener("abort", abandon);
    });
  }

  /** Ends standard input once everything queued before is written. */
  end(): void {
    if (this.#isTerminal) {
      this.#queue(this.#isAtLineStart ? END_OF_FILE : END_OF_LINE_AND_FILE);
      return;
    }
    this.#isEnding = true;
    this.#finishWhenEmpty();
  }

  /** The child can take more. */
  onWritable(): void {
    this.#flush();
  }

  /** Nobody will read any more: what is queued is dropped, what waits is answered. */
  stop(why: StdinEnd): void {
    this.#end ??= why;
    this.#queued.length = 0;
    this.#queuedBytes = 0;
    for (const { settle } of [...this.#waiting]) settle(outcomeAfter(this.#end));
  }

  #hasRoom(): boolean {
    return this.#queued.length < limits.queuedWrites &&
      this.#queuedBytes < limits.queuedWriteBytes;
  }

  #accept(writeId: string, bytes: Uint8Array<ArrayBuffer>): WriteOutcome {
    this.#remember(writeId);
    if (bytes.byteLength > 0) this.#queue(bytes);
    return this.#end === undefined ? "accepted" : outcomeAfter(this.#end);
  }

  #queue(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#end !== undefined) return;
    this.#isAtLineStart = LINE_STARTERS.includes(bytes.at(-1) ?? 0);
    this.#queued.push(bytes);
    this.#queuedBytes += bytes.byteLength;
    if (this.#queued.length === 1) this.#flush();
  }

  #remember(writeId: string): void {
    this.#remembered.add(writeId);
    if (this.#remembered.size <= limits.rememberedWrites) return;
    for (const oldest of this.#remembered) {
      this.#remembered.delete(oldest);
      return;
    }
  }

  #flush(): void {
    try {
      for (let head = this.#queued[0]; head !== undefined; head = this.#queued[0]) {
        const taken = this.#child.write(head);
        this.#queuedBytes -= taken;
        if (taken < head.byteLength) {
          this.#queued[0] = head.subarray(taken);
          break;
        }
        this.#queued.shift();
      }
    } catch (error) {
      if (!(error instanceof StdinBroken)) throw error;
      this.stop("unread");
      return;
    }
    this.#admit();
    this.#finishWhenEmpty();
  }

  #admit(): void {
    for (const { writeId, bytes, settle } of [...this.#waiting]) {
      if (!this.#hasRoom()) return;
      // The same id may have come twice while both waited.
      settle(this.#remembered.has(writeId) ? "accepted" : this.#accept(writeId, bytes));
    }
  }

  #finishWhenEmpty(): void {
    if (this.#isEnding && this.#queued.length === 0 && this.#waiting.size === 0) {
      this.#child.closeStdin();
    }
  }
}

/** A write that races a natural end cannot be told from one just before it, so it is accepted. */
function outcomeAfter(end: StdinEnd): WriteOutcome {
  return end === "exited" ? "accepted" : end;
}
