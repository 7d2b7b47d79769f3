/**
 * A process as another session follows it: its events, under an alias, to whoever is attached there.
 *
 * It pulls from the log when its own connection has room. The process knows nothing of it: it is
 * not held back, and what is pushed out of the log before its turn is missing from the numbers.
 * @module
 */

import type { OutputChunk } from "../../protocol/methods/process.ts";
import { nextTurn } from "../../protocol/next_turn.ts";
import { outputHead, TEXT_AFTER, textBefore } from "./announcement.ts";
import type { Outlet, Process } from "./process.ts";

/** Where an observation announces the events. */
export interface ObserverOutlet extends Outlet {
  /** Whether anybody is there; when not, events are dropped, as those of own processes are. */
  readonly isAttached: boolean;
}

/** What an observation is made of. */
export interface ObservationOptions {
  /** What is observed. */
  readonly target: Process;
  /** Where its events go. */
  readonly outlet: ObserverOutlet;
  /** Events after this number are announced. */
  readonly afterSeq: number;
  /** Which of its session's connections asked for it. */
  readonly generation: number;
  /** Called once, when nothing more will happen to the target. */
  readonly onClosed: () => void;
}

type Event =
  | { readonly kind: "output"; readonly seq: number; readonly chunk: OutputChunk }
  | { readonly kind: "exited" | "closed"; readonly seq: number };

// So much is announced before others get their turn; replaying a whole log takes a few turns.
const TURN_BYTES = 256 * 1024;

/** Follows one process until it has closed, or until it is ended. */
export class Observation {
  /** What the observing session calls the process. */
  readonly alias: string;
  /** The process. */
  readonly target: Process;
  /** Which of its session's connections asked for it. */
  readonly generation: number;
  readonly #outlet: ObserverOutlet;
  readonly #onClosed: () => void;
  readonly #outputHead: string;
  #seq: number;
  #unlisten: () => void = () => {};
  /** Whether a turn to announce is due already, or comes when there is room. */
  #isPlanned = false;
  #isOver = false;

  /** Begins at once; the first event comes after the caller's own turn. */
  constructor(alias: string, options: ObservationOptions) {
    this.alias = alias;
    this.target = options.target;
    this.generation = options.generation;
    this.#outlet = options.outlet;
    this.#onClosed = options.onClosed;
    this.#seq = options.afterSeq;
    this.#outputHead = outputHead(alias);
    this.#listen();
  }

  /** Announces nothing more. */
  end(): void {
    this.#isOver = true;
    this.#unlisten();
  }

  /** Ends it when the process is about to be forgotten: how that ended is told in any case. */
  conclude(): void {
    const { exitSeq } = this.target;
    const { closedSeq } = this;
    if (!this.#isOver && closedSeq !== undefined && closedSeq > this.#seq) {
      if (exitSeq !== undefined && exitSeq > this.#seq) {
        this.#announce({ kind: "exited", seq: exitSeq });
      }
      this.#announce({ kind: "closed", seq: closedSeq });
    }
    this.end();
  }

  /** The number of the process's close, which is its last; undefined before. */
  get closedSeq(): number | undefined {
    const { state, log } = this.target;
    return state.kind === "closed" ? log.nextSeq - 1 : undefined;
  }

  #listen(): void {
    if (this.closedSeq === undefined) {
      this.#unlisten = this.target.log.onNextEvent(() => this.#listen());
    } else {
      // Also when its events cannot be announced: a log is not kept for one who does not read.
      this.#onClosed();
    }
    this.#plan();
  }

  /** Later, so that the process's own client is served first, and many events cost one turn. */
  #plan(): void {
    if (this.#isPlanned || this.#isOver) return;
    this.#isPlanned = true;
    queueMicrotask(() => this.#takeTurn());
  }

  #takeTurn(): void {
    const outlet = this.#outlet;
    for (let bytes = 0; !this.#isOver;) {
      if (!outlet.isAttached) this.#seq = this.target.log.nextSeq - 1;
      const event = this.#next();
      if (event === undefined) break;
      if (outlet.isCongested) return outlet.onRelief(() => this.#takeTurn());
      this.#announce(event);
      if (event.kind === "output") bytes += event.chunk.chunk.byteLength;
      if (bytes >= TURN_BYTES) return void nextTurn().then(() => this.#takeTurn());
    }
    this.#isPlanned = false;
  }

  /** What follows the last one announced, as far as it is kept. */
  #next(): Event | undefined {
    const { log, exitSeq } = this.target;
    const { closedSeq } = this;
    const seq = this.#seq;
    if (seq >= log.nextSeq - 1) return undefined;
    const [chunk] = log.readAfter(seq, 1).chunks;
    if (exitSeq !== undefined && exitSeq > seq && exitSeq < (chunk?.seq ?? Infinity)) {
      return { kind: "exited", seq: exitSeq };
    }
    if (chunk !== undefined) return { kind: "output", seq: chunk.seq, chunk };
    return closedSeq === undefined ? undefined : { kind: "closed", seq: closedSeq };
  }

  #announce(event: Event): void {
    this.#seq = event.seq;
    if (event.kind === "output") {
      const before = textBefore(this.#outputHead, event.chunk);
      return this.#outlet.notifyBase64({ before, bytes: event.chunk.chunk, after: TEXT_AFTER });
    }
    const facts = event.kind === "exited" ? this.target.exitFacts : undefined;
    const params = { processId: this.alias, seq: event.seq, ...facts };
    this.#outlet.notify(JSON.stringify({ method: `process/${event.kind}`, params }));
  }
}
