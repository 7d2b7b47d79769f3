/** Virtual time, and the one queue of everything that happens in it. @module */
import { setImmediate } from "node:timers";
import type { Clock, Timer } from "../../protocol/clock.ts";
import type { Dice } from "./dice.ts";

// Session ids are really random, and must not make two runs of a seed look different.
const SESSION_ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** `world` is what the simulation does, `timer` what the tested code waits for. */
type Origin = "world" | "timer";

interface Planned {
  readonly dueMs: number;
  /** Decides between events of one moment. */
  readonly order: number;
  readonly origin: Origin;
  readonly label: string;
  readonly action: () => void;
  isCancelled: boolean;
}

/** Runs one event after the other; all that follows from it happens before the next. */
export class Scheduler implements Clock {
  /** Events that have happened. */
  steps = 0;
  /** What an event threw; nothing of the tested code may throw into the world. */
  readonly crashes: unknown[] = [];
  readonly #dice: Dice;
  readonly #trace: string[] | undefined;
  readonly #heap: Planned[] = [];
  readonly #timers = new Set<Planned>();
  #nowMs = 0;

  /** @param trace collects a line per event, if given */
  constructor(dice: Dice, trace?: string[]) {
    this.#dice = dice;
    this.#trace = trace;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, action: () => void): Timer {
    return this.#add({ delayMs, origin: "timer", label: "timer", action });
  }

  /** Plans something that is no timer of the tested code.
   * @param delayMs milliseconds */
  plan(delayMs: number, label: string, action: () => void): Timer {
    return this.#add({ delayMs, origin: "world", label, action });
  }

  /** Settles after some virtual time. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.plan(delayMs, "an actor wakes", resolve));
  }

  /** Timers of the tested code that were neither run nor cancelled. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Adds a line to the trace. */
  note(line: () => string): void {
    if (this.#trace === undefined) return;
    const text = line().replace(SESSION_ID, "SESSION");
    this.#trace.push(`${this.#nowMs.toFixed(0).padStart(7)}   ${text}`);
  }

  /**
   * Lets things happen until `isDone`.
   * @param untilMs virtual time at which to give up
   * @returns false when time was up, or nothing was left to happen
   */
  async run(isDone: () => boolean, untilMs: number): Promise<boolean> {
    for (;;) {
      await settled();
      if (isDone()) return true;
      const next = this.#next(untilMs);
      if (next === undefined) return false;
      this.#perform(next);
    }
  }

  #add(event: Pick<Planned, "origin" | "label" | "action"> & { delayMs: number }): Timer {
    const { delayMs, ...rest } = event;
    const dueMs = this.#nowMs + Math.max(0, delayMs);
    const planned = { ...rest, dueMs, order: this.#dice.random(), isCancelled: false };
    if (planned.origin === "timer") this.#timers.add(planned);
    push(this.#heap, planned);
    return {
      cancel: () => {
        planned.isCancelled = true;
        this.#timers.delete(planned);
      },
    };
  }

  #next(untilMs: number): Planned | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!first.isCancelled && first.dueMs > untilMs) return undefined;
      pop(this.#heap);
      if (!first.isCancelled) return first;
    }
    return undefined;
  }

  #perform(event: Planned): void {
    this.#timers.delete(event);
    this.#nowMs = Math.max(this.#nowMs, event.dueMs);
    this.steps++;
    this.#trace?.push(`${this.#nowMs.toFixed(0).padStart(7)} ${event.label}`);
    try {
      event.action();
    } catch (error) {
      this.crashes.push(error);
    }
  }
}

/** Settles when every promise that can settle has done so: a turn of the event loop comes after. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.dueMs === b.dueMs ? a.order < b.order : a.dueMs < b.dueMs;
}

function push(heap: Planned[], event: Planned): void {
  let at = heap.length;
  heap.push(event);
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!swapIfBefore(heap, at, above)) return;
    at = above;
  }
}

/** Takes the first event out. */
function pop(heap: Planned[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  for (let at = 0;;) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    const [one, other] = [heap[left], heap[right]];
    if (one === undefined) return;
    const below = other !== undefined && isBefore(other, one) ? right : left;
    if (!swapIfBefore(heap, below, at)) return;
    at = below;
  }
}

function swapIfBefore(heap: Planned[], lower: number, upper: number): boolean {
  const [a, b] = [heap[lower], heap[upper]];
  if (a === undefined || b === undefined || !isBefore(a, b)) return false;
  heap[lower] = b;
  heap[upper] = a;
  return true;
}
