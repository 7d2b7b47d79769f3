/** Lets few large answers be made at once, so that many never fill memory. @module */

import type { Clock, Timer } from "../protocol/clock.ts";
import { limits } from "../protocol/limits.ts";
import type { Transport } from "../protocol/transport/transport.ts";

/** What one request holds, or waits for. */
interface Claim {
  readonly bytes: number;
  readonly admit: () => void;
}

/** What is smaller is let through and not counted: a thousand of them fill no memory. */
const SMALL_BYTES = 8 * 1024;

/** One connection's gate. What is let through counts until its answer is queued, and then there. */
export class AnswerGate {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #waiting: Claim[] = [];
  readonly #admitted = new Set<Claim>();
  /** Let through long ago: a file system that hangs must not hold back other answers. */
  readonly #overdue = new Set<Claim>();
  #admittedBytes = 0;
  #isDraining = false;
  #patience: Timer | undefined;

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /** The room for one more answer. */
  room(): AnswerRoom {
    return new AnswerRoom(this);
  }

  /** Lets a claim through when there is room for it, in order of arrival. */
  enter(claim: Claim): void {
    this.#waiting.push(claim);
    this.#admit();
  }

  /** Ends a claim, also one that still waits. */
  leave(claim: Claim): void {
    if (this.#admitted.delete(claim)) this.#admittedBytes -= claim.bytes;
    else if (!this.#overdue.delete(claim)) this.#waiting.splice(this.#waiting.indexOf(claim), 1);
    this.#admit();
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#hasRoom(next.bytes)) return;
      this.#waiting.shift();
      this.#admitted.add(next);
      this.#admittedBytes += next.bytes;
      next.admit();
    }
    this.#patience?.cancel();
    this.#patience = undefined;
  }

  #hasRoom(bytes: number): boolean {
    const { queuedBytes } = this.#transport;
    if (queuedBytes >= limits.sendHighWaterBytes) {
      this.#admitOnceDrained();
      return false;
    }
    // One answer is always made, however large it is.
    if (this.#admitted.size === 0) return true;
    if (queuedBytes + this.#admittedBytes + bytes <= limits.answerBytesInWork) return true;
    this.#losePatience();
    return false;
  }

  #admitOnceDrained(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    void this.#transport.drained().then(() => {
      this.#isDraining = false;
      this.#admit();
    });
  }

  /** Who is at work now and still is a while later counts no more, unless there are many of them. */
  #losePatience(): void {
    if (this.#patience !== undefined) return;
    const claims = [...this.#admitted];
    this.#patience = this.#clock.after(limits.slowAnswerMs, () => {
      this.#patience = undefined;
      for (const claim of claims) {
        if (this.#overdue.size >= limits.slowAnswers || !this.#admitted.delete(claim)) continue;
        this.#overdue.add(claim);
        this.#admittedBytes -= claim.bytes;
      }
      this.#admit();
    });
  }
}

/** The room that one request takes for its answer, until that is sent. */
export class AnswerRoom {
  readonly #gate: AnswerGate;
  #claims: Claim[] = [];

  constructor(gate: AnswerGate) {
    this.#gate = gate;
  }

  /** Settles when an answer of about so many bytes may be made; undefined when it may at once. */
  enter(bytes: number): Promise<void> | undefined {
    if (bytes < SMALL_BYTES) return undefined;
    let isAdmitted = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    const claim = {
      bytes,
      admit: () => {
        isAdmitted = true;
        resolve();
      },
    };
    this.#claims.push(claim);
    this.#gate.enter(claim);
    return isAdmitted ? undefined : promise;
  }

  /** Gives the room back; for when the answer is sent, good or bad. */
  leave(): void {
    if (this.#claims.length === 0) return;
    const claims = this.#claims;
    this.#claims = [];
    for (const claim of claims) this.#gate.leave(claim);
  }
}
