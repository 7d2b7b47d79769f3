/** The processes of one session, from start until some time after their close. @module */

import type { Clock, Timer } from "../../protocol/clock.ts";
import { limits } from "../../protocol/limits.ts";
import type { Process } from "./process.ts";
import type { StartOrigin } from "./start_origin.ts";

interface Retired {
  readonly processId: string;
  readonly dueMs: number;
}

/** Processes by id. Closed ones stay readable for `limits.closedProcessMs`, then the id is free. */
export class ProcessTable {
  readonly #clock: Clock;
  readonly #processes = new Map<string, Process>();
  readonly #origins = new Map<string, StartOrigin>();
  /** All wait equally long, so the first is always the next, and one timer serves all. */
  readonly #retired: Retired[] = [];
  #timer: Timer | undefined;
  #isDisposed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether an id is in use. */
  has(processId: string): boolean {
    return this.#processes.has(processId);
  }

  /** The process with an id. */
  get(processId: string): Process | undefined {
    return this.#processes.get(processId);
  }

  /** Where a process came from; undefined when that was not noted. */
  originOf(processId: string): StartOrigin | undefined {
    return this.#origins.get(processId);
  }

  /** Adds a started process. */
  add(process: Process, origin?: StartOrigin): void {
    this.#processes.set(process.id, process);
    if (origin !== undefined) this.#origins.set(process.id, origin);
  }

  /** Plans the removal of a closed process. */
  retire(processId: string): void {
    if (this.#isDisposed) return;
    this.#retired.push({ processId, dueMs: this.#clock.now() + limits.closedProcessMs });
    if (this.#timer === undefined) this.#plan();
  }

  /** Kills everything and forgets it. */
  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.cancel();
    for (const process of this.#processes.values()) process.abandon();
    this.#processes.clear();
    this.#origins.clear();
    this.#retired.length = 0;
  }

  #plan(): void {
    const [next] = this.#retired;
    this.#timer = next && this.#clock.after(next.dueMs - this.#clock.now(), () => this.#expire());
  }

  #expire(): void {
    const now = this.#clock.now();
    const staying = this.#retired.findIndex(({ dueMs }) => dueMs > now);
    const due = this.#retired.splice(0, staying < 0 ? this.#retired.length : staying);
    for (const { processId } of due) {
      this.#processes.delete(processId);
      this.#origins.delete(processId);
    }
    this.#plan();
  }
}
