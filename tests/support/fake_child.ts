/** Child processes without an operating system: the test says what they do. @module */

import type { OutputStream } from "../../protocol/methods/process.ts";
import type { SpawnFailure, TerminalSize } from "../../protocol/methods/process_start.ts";
import { chooseFileSystem } from "../../server/fs/choose_file_system.ts";
import { chooseWatcher } from "../../server/fs/watching/choose_watcher.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import type { Machine } from "../../server/machine.ts";
import { Sandbox } from "../../server/sandbox/sandbox.ts";
import {
  type Child,
  type ChildListener,
  type Spawner,
  SpawnError,
  type SpawnRequest,
  StdinBroken,
} from "../../server/process/spawner.ts";
import { fail } from "./trouble.ts";

/** A child that does what the test tells it, and notes what it is told. */
export class FakeChild implements Child {
  readonly pid = 4711;
  readonly request: SpawnRequest;
  readonly #listener: ChildListener;
  /** Bytes its standard input takes before it is full. */
  stdinRoom = Infinity;
  /** Whether nobody reads its standard input. */
  isStdinBroken = false;
  isStdinClosed = false;
  isPaused = false;
  /** What was written to it, in the pieces it took. */
  readonly stdin: Uint8Array<ArrayBuffer>[] = [];
  /** Signals its group got; 9 for `kill`. */
  readonly signals: number[] = [];
  /** Sizes its terminal was given, when it has one. */
  readonly sizes: TerminalSize[] = [];
  isCondemned = false;

  constructor(request: SpawnRequest, listener: ChildListener) {
    this.request = request;
    this.#listener = listener;
  }

  pauseOutput(): void {
    this.isPaused = true;
  }

  resumeOutput(): void {
    this.isPaused = false;
  }

  write(bytes: Uint8Array<ArrayBuffer>): number {
    if (this.isStdinBroken || this.isStdinClosed) throw new StdinBroken("Nobody reads");
    const taken = bytes.slice(0, Math.min(bytes.byteLength, this.stdinRoom));
    this.stdinRoom -= taken.byteLength;
    if (taken.byteLength > 0) this.stdin.push(taken);
    return taken.byteLength;
  }

  closeStdin(): void {
    this.isStdinClosed = true;
  }

  resize(size: TerminalSize): boolean {
    if (this.request.terminal === undefined) return false;
    this.sizes.push(size);
    return true;
  }

  condemn(): void {
    this.isCondemned = true;
  }

  signalGroup(signal: number): void {
    this.signals.push(signal);
  }

  kill(): void {
    this.signals.push(9);
  }

  /** Everything its standard input took, as text. */
  get stdinText(): string {
    return this.stdin.map((piece) => new TextDecoder().decode(piece)).join("");
  }

  /** Makes room in standard input and says so. */
  drainStdin(room = Infinity): void {
    this.stdinRoom = room;
    this.#listener.writable();
  }

  /** Prints. */
  print(text: string, stream: OutputStream = "stdout"): void {
    this.#listener.output(stream, new TextEncoder().encode(text));
  }

  /** Prints bytes. */
  printBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#listener.output("stdout", bytes);
  }

  /** Ends, while something else may still hold its output.
   * @param signal number of the signal that ended it; 0 for none */
  exit(code: number, signal = 0): void {
    this.#listener.exited({ code, signal });
  }

  /** Lets its output end. */
  close(): void {
    this.#listener.closed();
  }
}

/** Starts fake children and remembers them by their program's name. */
export class FakeSpawner implements Spawner {
  hasTerminals = true;
  /** Every child, in order of start. */
  readonly children: FakeChild[] = [];
  /** When set, no program can be started, for this reason. */
  refusal: string | undefined;
  /** The same for programs. */
  readonly failure: SpawnFailure = { kind: "notExecutable", errno: 13, stage: "exec" };

  spawn(request: SpawnRequest, listener: ChildListener): FakeChild {
    if (this.refusal !== undefined) throw new SpawnError(this.refusal, this.failure);
    const child = new FakeChild(request, listener);
    this.children.push(child);
    return child;
  }

  /** There is nothing to end. */
  [Symbol.dispose](): void {}

  /** The child that was started last.
   * @throws {Error} when none was */
  get last(): FakeChild {
    const child = this.children.at(-1);
    if (child === undefined) throw new Error("Nothing was started");
    return child;
  }
}

// Made once, and before any test: what loads a library is taken for leaking it.
const files = chooseFileSystem({ onError: fail });
const watcher = chooseWatcher(files);

const sandbox = new Sandbox({
  system: "linux",
  home: undefined,
  hidden: [],
  findBubblewrap: () => Promise.reject(new SandboxRefusal("unavailable", "There is no sandbox")),
});

/** A Linux machine with these programs, this environment, and the files of this one. */
export function fakeMachine(
  spawner: Spawner = new FakeSpawner(),
  env: Readonly<Record<string, string>> = {},
): Machine {
  const info = { shell: { name: "sh", path: "/bin/sh" } };
  const known = { system: "linux", spawner, files, watcher, sandbox, info } as const;
  return { ...known, env: new Map(Object.entries(env)) };
}
