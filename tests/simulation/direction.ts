/** One direction of a simulated connection: a queue, a window in flight, and an inbox. @module */
import type { Dice } from "./dice.ts";
import type { Scheduler } from "./scheduler.ts";

/** How a network behaves. */
export interface Conditions {
  /** Shortest time a message takes, in milliseconds. */
  readonly leastMs: number;
  /** Longest. */
  readonly mostMs: number;
  /** Characters that may be on their way or unread before the sender has to wait. */
  readonly window: number;
  /** Probability that a message from the server arrives twice. */
  readonly duplicates: number;
}

/** What a direction needs to know. */
export interface DirectionParts {
  /** Such as `1 to client`, for the trace. */
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly conditions: Conditions;
  /** Probability that a message arrives twice. */
  readonly duplicates: number;
  /** What arrives instead of a text: as it is, another one, none, or several. */
  readonly tamper: (text: string) => readonly string[];
  /** Told when a text arrives. */
  readonly onArrival: () => void;
  /** Told how many characters wait for their departure. */
  readonly onQueue: (length: number) => void;
}

/** The end of what can be read, and why. */
export interface Ending {
  readonly reason: string;
}

/** Texts from one side to the other, in order; what is lost is always a tail. */
export class Direction {
  readonly #parts: DirectionParts;
  #queue: (string | Ending)[] = [];
  #flying: (string | Ending)[] = [];
  #flyingLength = 0;
  #inbox: (string | Ending)[] = [];
  #inboxLength = 0;
  #queuedLength = 0;
  /** How many messages still arrive; undefined while the line is sound. */
  #left: number | undefined;
  #stalledUntilMs = 0;
  #lastArrivalMs = 0;
  /** Characters that have arrived. */
  arrived = 0;
  /** Told when the queue has become shorter. */
  onTaken: () => void = () => {};
  /** Told when there is something to read. */
  onReadable: () => void = () => {};

  constructor(parts: DirectionParts) {
    this.#parts = parts;
  }

  /** Characters that wait for their departure. */
  get queued(): number {
    return this.#queuedLength;
  }

  /** Whether something has arrived that nobody has read. */
  get hasUnread(): boolean {
    return this.#inbox.length > 0;
  }

  /** Sends something, once there is room for it on the way. */
  put(item: string | Ending): void {
    this.#queue.push(item);
    this.#queuedLength += lengthOf(item);
    this.#depart();
    this.#parts.onQueue(this.#queuedLength);
  }

  /** The next thing that has arrived. */
  take(): string | Ending | undefined {
    const item = this.#inbox.shift();
    if (item === undefined) return undefined;
    this.#inboxLength -= lengthOf(item);
    this.#depart();
    return item;
  }

  /** What waits for its departure is never sent. */
  dropQueue(): void {
    this.#queue = [];
    this.#queuedLength = 0;
  }

  /** What has arrived is never read, nor what still arrives. */
  dropInbox(): void {
    this.#inbox = [];
    this.#inboxLength = 0;
  }

  /** From now on nothing gets through but the first few of those that are on their way. */
  cut(): void {
    if (this.#left !== undefined) return;
    this.#left = this.#parts.dice.whole(0, this.#flying.length);
    this.#parts.scheduler.note(() => `${this.#parts.name}: ${this.#left} more arrive`);
  }

  /** Takes back some of what is on its way; the end follows what is left. */
  reset(ending: Ending): void {
    const kept = this.#parts.dice.whole(0, this.#flying.length);
    this.#parts.scheduler.note(() => `${this.#parts.name}: ${kept} more arrive, then the end`);
    this.#flying = this.#flying.slice(0, kept);
    this.#flyingLength = this.#flying.reduce((sum, item) => sum + lengthOf(item), 0);
    this.put(ending);
  }

  /** Nothing arrives for a while. */
  stall(durationMs: number): void {
    this.#stalledUntilMs = this.#parts.scheduler.now() + durationMs;
  }

  #depart(): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const length = lengthOf(next);
      const onTheWay = this.#flyingLength + this.#inboxLength;
      if (onTheWay > 0 && onTheWay + length > this.#parts.conditions.window) return;
      this.#queue.shift();
      this.#queuedLength -= length;
      this.#flying.push(next);
      this.#flyingLength += length;
      this.#planArrival();
      this.onTaken();
    }
  }

  #planArrival(): void {
    const { scheduler, dice, conditions } = this.#parts;
    const now = scheduler.now();
    const soonest = now + dice.whole(conditions.leastMs, conditions.mostMs);
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, soonest);
    scheduler.plan(this.#lastArrivalMs - now, this.#parts.name, () => this.#arrive());
  }

  /** Whichever plan comes first takes the head: nothing overtakes. */
  #arrive(): void {
    const { scheduler, dice, tamper, duplicates, name, onArrival } = this.#parts;
    const stallMs = this.#stalledUntilMs - scheduler.now();
    if (stallMs > 0) return void scheduler.plan(stallMs, name, () => this.#arrive());
    if (this.#left === 0) return;
    if (this.#left !== undefined) this.#left--;
    const item = this.#flying.shift();
    if (item === undefined) return;
    this.#flyingLength -= lengthOf(item);
    scheduler.note(() => brief(item));
    if (typeof item !== "string") return this.#deliver(item);
    const copies = dice.chance(duplicates) ? 2 : 1;
    const texts = tamper(item);
    for (let copy = 0; copy < copies; copy++) for (const text of texts) this.#deliver(text);
    onArrival();
  }

  #deliver(item: string | Ending): void {
    this.arrived += lengthOf(item);
    this.#inbox.push(item);
    this.#inboxLength += lengthOf(item);
    this.onReadable();
  }
}

function lengthOf(item: string | Ending): number {
  return typeof item === "string" ? item.length : 1;
}

function brief(item: string | Ending): string {
  if (typeof item !== "string") return `end: ${item.reason}`;
  return item.length > 230 ? `${item.slice(0, 150)} … ${item.slice(-70)}` : item;
}
