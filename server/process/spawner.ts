/** How a child process is asked for and spoken with, whatever starts it. @module */

import type { OutputStream } from "../../protocol/methods/process.ts";
import type { SpawnFailure, TerminalSize } from "../../protocol/methods/process_start.ts";
import type { NetworkSharers } from "./network_sharers.ts";

/** What to start. All strings are native text of this machine. */
export interface SpawnRequest {
  /** What to execute: a path, or a name to be found in the child's PATH. */
  readonly program: string;
  /** What the program sees as its arguments, its own name first. */
  readonly argv: readonly string[];
  /** Working directory, absolute. */
  readonly cwd: string;
  /** The whole environment. */
  readonly env: ReadonlyMap<string, string>;
  /** Whether standard input is a pipe; otherwise it is at its end. A terminal needs none. */
  readonly pipeStdin: boolean;
  /** Size of the terminal to run in; undefined for pipes. */
  readonly terminal?: TerminalSize | undefined;
  /** Set for a program that runs the wanted one in a sandbox. */
  readonly container?: ContainerRequest | undefined;
}

/** What a program that runs another one in a sandbox gets beside its streams. */
export interface ContainerRequest {
  /**
   * Open files of this program. The child finds each anew, at its beginning and for reading, in
   * this order from descriptor 3 on; the next descriptor is the one to report to.
   */
  readonly files: readonly number[];
  /** Descriptors that the child gets as they are, after that. */
  readonly places: readonly number[];
  /** Whether what runs in it can reach the machine's network, and so this very program. */
  readonly sharesNetwork: boolean;
}

/** The first descriptor after the three streams. */
export const FIRST_PASSED = 3;

/** How a program ended. */
export interface ExitStatus {
  /** Its exit code; 0 when a signal ended it. */
  readonly code: number;
  /** Number of the signal that ended it; 0 for none. */
  readonly signal: number;
  /** True when the sandbox that it was to run in could not be made, so that it never ran. */
  readonly neverRan?: boolean;
}

/** What a child tells. Calls come in this order: output and one exit, then one `closed`. */
export interface ChildListener {
  /** Some output; `bytes` are only valid during the call. */
  output(stream: OutputStream, bytes: Uint8Array<ArrayBuffer>): void;
  /** The program ended. */
  exited(status: ExitStatus): void;
  /** The program has ended and nobody holds its output any more. */
  closed(): void;
  /** Standard input takes bytes again after `write` took less than all. */
  writable(): void;
}

/** A started child. It owns its descriptors until `closed`. */
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
  /** Ends standard input; for pipes only. Harmless when it has ended. */
  closeStdin(): void;
  /** Changes the size of the terminal. @returns false when there is none */
  resize(size: TerminalSize): boolean;
  /** Sends a signal to the whole group; harmless once everything ended. */
  signalGroup(signal: number): void;
  /** From now on `closed` means that nothing which descends from the child is left. */
  condemn(): void;
  /** Kills the child and everything that descends from it; `closed` follows. */
  kill(): void;
}

/** Starts child processes. */
export interface Spawner extends Disposable {
  /** Whether it can give a child a terminal, and the size of one can change. */
  readonly hasTerminals: boolean;
  /** Sandboxes from which this machine's network can be reached; absent where there are none. */
  readonly networkSharers?: NetworkSharers;
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
  /** The same for programs. */
  readonly failure: SpawnFailure;

  /** @param message the system's words first, then what they are about */
  constructor(message: string, failure: SpawnFailure) {
    super(message);
    this.failure = failure;
  }
}
