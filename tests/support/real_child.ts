/** Real programs under the real spawner, and what they did. @module */

import { fail } from "./trouble.ts";
import type { OutputStream } from "../../protocol/methods/process.ts";
import { loadLibc } from "../../server/process/posix/libc.ts";
import { PosixSpawner } from "../../server/process/posix/posix_spawner.ts";
import type { Child, SpawnRequest } from "../../server/process/spawner.ts";
import { within } from "./deadline.ts";
import { joinBytes } from "./byte_wire.ts";

// It stays loaded for good, so no test may be the one that seems to leak it.
loadLibc();
const spawner = new PosixSpawner({ isGuarded: false, onError: fail });

/** A program that was started for a test. */
export class RealChild {
  /** What controls it. */
  readonly child: Child;
  /** What it told, in order: stream names, `exited N`, `closed`, `writable`. */
  readonly events: string[] = [];
  readonly #output = new Map<OutputStream, Uint8Array<ArrayBuffer>[]>();
  readonly #exited = Promise.withResolvers<number>();
  readonly #closed = Promise.withResolvers<void>();
  #onEvent: (() => void) | undefined;

  /** Starts a program.
   * @throws {SpawnError} when the system refuses */
  constructor(request: SpawnRequest) {
    this.child = spawner.spawn(request, {
      output: (stream, bytes) => {
        // Copied, for the bytes are the spawner's.
        const pieces = this.#output.get(stream) ?? [];
        pieces.push(bytes.slice());
        this.#output.set(stream, pieces);
        this.#note(stream);
      },
      exited: ({ code, signal }) => {
        const exitCode = signal === 0 ? code : 128 + signal;
        this.#exited.resolve(exitCode);
        this.#note(`exited ${exitCode}`);
      },
      closed: () => {
        this.#closed.resolve();
        this.#note("closed");
      },
      writable: () => this.#note("writable"),
    });
  }

  /** The exit code, once it has ended; 128 + n after signal n. */
  get exited(): Promise<number> {
    return within(this.#exited.promise, "the program to end");
  }

  /** Settles when its output has ended, too. */
  get closed(): Promise<void> {
    return within(this.#closed.promise, "the end of the program's output");
  }

  /** What it printed so far. */
  text(stream: OutputStream = "stdout"): string {
    return new TextDecoder().decode(this.bytes(stream));
  }

  /** What it printed so far. */
  bytes(stream: OutputStream = "stdout"): Uint8Array<ArrayBuffer> {
    return joinBytes(this.#output.get(stream) ?? []);
  }

  /** Waits until what it printed satisfies a test. */
  async until(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      const next = new Promise<void>((resolve) => this.#onEvent = resolve);
      await within(next, "more from the program");
    }
  }

  /** Waits for a first whole line on standard output and returns it. */
  async line(): Promise<string> {
    await this.until(() => this.text().includes("\n"));
    return this.text().split("\n", 1)[0] ?? "";
  }

  #note(event: string): void {
    this.events.push(event);
    this.#onEvent?.();
  }
}

/** Fields of a start a test may set. */
export interface RealStart {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly arg0?: string;
  readonly pipeStdin?: boolean;
}

/** Starts a program, searched in PATH unless it has a slash. */
export function startProgram(argv: readonly string[], options: RealStart = {}): RealChild {
  const [program = "", ...rest] = argv;
  return new RealChild({
    program,
    argv: [options.arg0 ?? program, ...rest],
    cwd: options.cwd ?? "/",
    env: new Map(Object.entries(options.env ?? { PATH: "/usr/bin:/bin" })),
    pipeStdin: options.pipeStdin ?? false,
  });
}

/** Starts a shell script. */
export function startScript(script: string, options: RealStart = {}): RealChild {
  return startProgram(["/bin/sh", "-c", script], options);
}

/** Runs a shell script to its end.
 * @returns what it printed and how it ended */
export async function runScript(
  script: string,
  options: RealStart = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = startScript(script, options);
  const code = await child.exited;
  await child.closed;
  return { code, stdout: child.text(), stderr: child.text("stderr") };
}
