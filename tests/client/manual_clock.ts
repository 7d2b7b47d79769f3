/** A clock that stands still until a test moves it. @module */
import type { Clock, Timer } from "../../protocol/clock.ts";

interface Planned {
  readonly due: number;
  readonly action: () => void;
}

/** Time as the test says. */
export class ManualClock implements Clock {
  #now = 0;
  #planned: Planned[] = [];

  /** How many timers run. */
  get pending(): number {
    return this.#planned.length;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, action: () => void): Timer {
    const planned = { due: this.#now + delayMs, action };
    this.#planned.push(planned);
    return {
      cancel: () => {
        this.#planned = this.#planned.filter((other) => other !== planned);
      },
    };
  }

  /** Lets time pass, and runs what is due. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#planned.filter((planned) => planned.due <= this.#now);
    this.#planned = this.#planned.filter((planned) => planned.due > this.#now);
    for (const planned of due) planned.action();
  }
}
