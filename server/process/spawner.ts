/** How a child process is asked for and spoken with, whatever starts it. @module */

import type { OutputStream } from "../../protocol/methods/process.ts";

/** What to start. All strings are native text of this machine. */
export interface SpawnRequest {
  /** The program and its arguments; not empty. */
  readonly argv: readonly string[];
  /** What the program sees as its own name. */
  readonly arg0: string;
  /** Working directory, absolute. */
  readonly cwd: string;
  /** The whole environment. */
  readonly env: ReadonlyMap<string, string>;
  /** Whether standard input is a pipe; otherwise it is at its end. */
  readonly pipeStdin: boolean;
}

/** What a child tells. Calls come in this order: output and one exit, then one `closed`. */
export interface ChildListener {
  /** Some output; `bytes` are only valid during the call. */
  output(stream: OutputStream, bytes: Uint8Array<ArrayBuffer>): void;
  /** The program ended. @param exitCode 0–255, or 128 + n after signal n */
  exited(exitCode: number): void;
  /** The program has ended and nobody holds its output any more. */
  closed(): void;
  /** Standard input takes bytes again after `write` took less than all. */
  writable(): void;
}

/** A started child. It owns its descriptors until `closed`, or until `release`. */
export interface Child {
  /** Process id, which is also its session and group. */
  readonly pid: number;
  /** Stops reading output; the child blocks once its pipe is full. */
  pauseOutput(): void;
  /** Goes on reading output. */
  resumeOutput(): void;
  /**
   * Offers bytes to standard input.
   * @returns how many were taken; fewer than offered means: wait for `writable`
   * @throws {StdinBroken} when nobody reads any more
   */
  write(bytes: Uint8Array<ArrayBuffer>): number;
  /** Ends standard input. Harmless when it has ended. */
  closeStdin(): void;
  /** Sends a signal to the whole group; harmless once everything ended. */
  signalGroup(signal: number): void;
  /** Kills the group; output is no longer waited for once the program has ended. */
  kill(): void;
}

/** Starts child processes. */
export interface Spawner {
  /**
   * Starts a child in a session of its own.
   * @throws {SpawnError} when the operating system refuses
   */
  spawn(request: SpawnRequest, listener: ChildListener): Child;
}

/** Nobody reads the child's standard input any more. */
export class StdinBroken extends Error {
  override readonly name = "StdinBroken";
}

/** The operating system refused to start a program. */
export class SpawnError extends Error {
  override readonly name = "SpawnError";
}

/** Signals by name, with the numbers that Linux and macOS share. */
export const signals = { interrupt: 2, kill: 9 } as const;
