/** The processes of one session, its own and those it observes, until some time after their close. @module */

import type { Clock, Timer } from "../../protocol/clock.ts";
import { RpcError } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Observation } from "./observation.ts";
import type { Process } from "./process.ts";
import type { StartOrigin } from "./start_origin.ts";

/** Processes by id. Closed ones stay readable for `limits.closedProcessMs`, then the id is free. */
export class ProcessTable {
  readonly #clock: Clock;
  readonly #processes = new Map<string, Process>();
  readonly #origins = new Map<string, StartOrigin>();
  readonly #observations = new Map<string, Observation>();
  /** When to forget which. All wait equally long, so the first is the next: one timer serves all. */
  readonly #retired = new Map<string, number>();
  #timer: Timer | undefined;
  #isDisposed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether an id is in use. */
  has(processId: string): boolean {
    return this.#processes.has(processId) || this.#observations.has(processId);
  }

  /** Its own processes. */
  all(): Iterable<Process> {
    return this.#processes.values();
  }

  /** Its own process with an id. */
  get(processId: string): Process | undefined {
    return this.#processes.get(processId);
  }

  /** How many processes it observes. */
  get observations(): number {
    return this.#observations.size;
  }

  /** The process with an id, whether its own or one that it observes under that id. */
  readable(processId: string): Process | undefined {
    return this.#processes.get(processId) ?? this.#observations.get(processId)?.target;
  }

  /** What it observes under an alias. */
  observation(alias: string): Observation | undefined {
    return this.#observations.get(alias);
  }

  /**
   * Refuses what would change a process that is only observed.
   * @param verb what was asked for, such as `write to`
   * @throws {RpcError} `readOnly` when the id is an alias
   */
  refuseAlias(processId: string, verb: string): void {
    if (!this.#observations.has(processId)) return;
    const text = `Cannot ${verb} process "${processId}": this session only observes it`;
    throw new RpcError("readOnly", text);
  }

  /** Where a process came from; undefined when that was not noted. */
  originOf(processId: string): StartOrigin | undefined {
    return this.#origins.get(processId);
  }

  /** Adds a started process; where nobody is left to ask for it, it ends at once. */
  add(process: Process, origin?: StartOrigin): void {
    if (this.#isDisposed) return process.abandon();
    this.#processes.set(process.id, process);
    if (origin !== undefined) this.#origins.set(process.id, origin);
  }

  /**
   * Adds an observation under its alias.
   * @throws {RpcError} `tooManyAttached`
   */
  observe(observation: Observation): void {
    if (this.#observations.size >= limits.attachedProcesses) {
      this.#retired.delete(observation.alias);
      observation.end();
      const text =
        `Cannot attach to process "${observation.target.id}": this session is attached ` +
        `to ${limits.attachedProcesses} processes already`;
      throw new RpcError("tooManyAttached", text);
    }
    this.#observations.set(observation.alias, observation);
  }

  /** Ends an observation. @returns false when there is none with this alias */
  forget(alias: string): boolean {
    this.#observations.get(alias)?.end();
    const isKnown = this.#observations.delete(alias);
    if (isKnown && this.#retired.delete(alias) && this.#retired.size === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
    return isKnown;
  }

  /** Plans the removal of a closed process, or of the observation of one. */
  retire(processId: string): void {
    if (this.#isDisposed) return;
    this.#retired.set(processId, this.#clock.now() + limits.closedProcessMs);
    if (this.#timer === undefined) this.#plan();
  }

  /** Kills everything and forgets it. */
  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.cancel();
    for (const process of this.#processes.values()) process.abandon();
    for (const observation of this.#observations.values()) observation.end();
    this.#processes.clear();
    this.#observations.clear();
    this.#origins.clear();
    this.#retired.clear();
  }

  #plan(): void {
    const [dueMs] = this.#retired.values();
    this.#timer = dueMs === undefined
      ? undefined
      : this.#clock.after(dueMs - this.#clock.now(), () => this.#expire());
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const [processId, dueMs] of this.#retired) {
      if (dueMs > now) break;
      this.#retired.delete(processId);
      this.#processes.delete(processId);
      this.#origins.delete(processId);
      this.#observations.get(processId)?.conclude();
      this.#observations.delete(processId);
    }
    this.#plan();
  }
}
