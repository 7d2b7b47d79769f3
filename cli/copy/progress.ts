/** Shows on a terminal how far a copy has come. @module */

import type { Clock, Timer } from "../../protocol/clock.ts";

const REDRAW_MS = 200;
const BAR_CELLS = 20;

/** Where to draw. */
export interface ProgressOptions {
  /** Bytes in all. */
  readonly total: number;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Writes to the terminal. */
  readonly write: (text: string) => void;
}

/** One line that is drawn over and over: bar, percent, bytes, rate, remaining time. */
export class Progress implements Disposable {
  readonly #options: ProgressOptions;
  readonly #beganAt: number;
  #done = 0;
  #timer: Timer | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#beganAt = options.clock.now();
    this.#plan();
  }

  /** Counts bytes. */
  add(count: number): void {
    this.#done += count;
  }

  /** Prints a line above the bar. */
  say(text: string): void {
    this.#options.write(`\r\x1b[K${text}\n`);
    this.#draw();
  }

  /** Takes the line away. */
  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#options.write("\r\x1b[K");
  }

  #plan(): void {
    this.#timer = this.#options.clock.after(REDRAW_MS, () => {
      this.#draw();
      this.#plan();
    });
  }

  #draw(): void {
    const seconds = (this.#options.clock.now() - this.#beganAt) / 1000;
    const line = progressLine({ done: this.#done, total: this.#options.total, seconds });
    this.#options.write(`\r${line}\x1b[K`);
  }
}

/** The line for so many bytes of so many after so many seconds. */
export function progressLine(
  { done, total, seconds }: {
    readonly done: number;
    readonly total: number;
    readonly seconds: number;
  },
): string {
  // A file that grows while it is copied must not make more than all of it.
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(part * BAR_CELLS);
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 ? duration((total - done) / rate) : "-:--";
  const bar = "#".repeat(filled) + ".".repeat(BAR_CELLS - filled);
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  return `[${bar}] ${percent}  ${size(done)} of ${size(total)}  ${size(rate)}/s  ${left} left`;
}

/** Bytes in the largest unit that leaves at least 1. */
function size(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(bytes) / 10)));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? ""}`;
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, at) => at === 0 ? String(part) : String(part).padStart(2, "0")).join(":");
}
