/**
 * The portable spawner: the runtime's own commands.
 *
 * No terminals and no name of one's own for a program; a session costs a fork; what leaves the
 * process group is not found. Used where `posix_spawn` cannot be, or when asked for.
 * @module
 */

import type { OutputStream } from "../../protocol/methods/process.ts";
import { limits } from "../../protocol/limits.ts";
import type { SpawnFailure } from "../../protocol/methods/process_start.ts";
import { requireNoZeroBytes } from "./no_zero_bytes.ts";
import { CommandStdin } from "./command_stdin.ts";
import { signalNumbers } from "./signal_numbers.ts";
import {
  type Child,
  type ChildListener,
  type Spawner,
  SpawnError,
  type SpawnRequest,
  StdinBroken,
} from "./spawner.ts";

/** Starts children with `Deno.Command`. */
export class CommandSpawner implements Spawner {
  readonly hasTerminals = false;
  readonly #children = new Set<CommandChild>();

  spawn(request: SpawnRequest, listener: ChildListener): Child {
    requireNoZeroBytes(request);
    const [name = "", ...args] = request.argv;
    if (name !== request.program) {
      throw new SpawnError(
        `Cannot give program "${request.program}" the name "${name}": this runner has no arg0`,
        { kind: "other", errno: 0, stage: "exec" },
      );
    }
    const child = new CommandChild(start(request, args), {
      ...listener,
      closed: () => {
        this.#children.delete(child);
        listener.closed();
      },
    });
    this.#children.add(child);
    return child;
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill();
  }
}

function start(request: SpawnRequest, args: readonly string[]): Deno.ChildProcess {
  const { program, cwd, env, pipeStdin } = request;
  try {
    return new Deno.Command(program, {
      args: [...args],
      cwd,
      env: Object.fromEntries(env),
      clearEnv: true,
      stdin: pipeStdin ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    throw spawnError(error, request);
  }
}

/** The runtime names no error number; its classes and words have to do. */
function spawnError(error: unknown, { program, cwd }: SpawnRequest): SpawnError {
  const words = error instanceof Error ? error.message : String(error);
  const fail = (message: string, failure: SpawnFailure) => new SpawnError(message, failure);
  if (/No such cwd/.test(words)) {
    return fail(`No such file or directory (os error 2): cwd "${cwd}" does not exist`, {
      kind: "cwdNotFound",
      errno: 2,
      stage: "chdir",
    });
  }
  if (error instanceof Deno.errors.NotFound) {
    return fail(`No such file or directory (os error 2): program "${program}" does not exist`, {
      kind: "programNotFound",
      errno: 2,
      stage: "exec",
    });
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return fail(`Permission denied (os error 13): program "${program}" may not be executed`, {
      kind: "notExecutable",
      errno: 13,
      stage: "exec",
    });
  }
  const reason = /[^:]*\(os error \d+\)/.exec(words)?.[0].trim() ?? words;
  return fail(`${reason}: program "${program}" cannot be started`, {
    kind: "other",
    errno: 0,
    stage: "exec",
  });
}

/** One child of the runtime. */
class CommandChild implements Child {
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #listener: ChildListener;
  readonly #stdin: CommandStdin | undefined;
  readonly #readers: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>[] = [];
  #openStreams = 0;
  #hasExited = false;
  #isKilled = false;
  #isClosed = false;
  #paused: PromiseWithResolvers<void> | undefined;

  constructor(child: Deno.ChildProcess, listener: ChildListener) {
    this.pid = child.pid;
    this.#child = child;
    this.#listener = listener;
    this.#stdin = hasStdin(child)
      ? new CommandStdin(child.stdin.getWriter(), () => listener.writable())
      : undefined;
    void this.#pump(child.stdout, "stdout");
    void this.#pump(child.stderr, "stderr");
    void this.#watch();
  }

  pauseOutput(): void {
    this.#paused ??= Promise.withResolvers();
  }

  resumeOutput(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  write(bytes: Uint8Array<ArrayBuffer>): number {
    if (this.#stdin === undefined) throw new StdinBroken("Standard input is closed");
    return this.#stdin.write(bytes);
  }

  closeStdin(): void {
    this.#stdin?.close();
  }

  resize(): boolean {
    return false;
  }

  signalGroup(signal: number): void {
    const name = Object.entries(signalNumbers).find(([, number]) => number === signal)?.[0];
    if (this.#hasExited || !isSignal(name)) return;
    try {
      Deno.kill(-this.pid, name);
    } catch {
      // The group has just ended.
    }
  }

  condemn(): void {
    // Nothing marks the descendants of this child; its group is all that can be found.
  }

  kill(): void {
    this.signalGroup(signalNumbers.SIGKILL);
    this.#isKilled = true;
    if (this.#hasExited) this.#abandonOutput();
  }

  async #pump(
    readable: ReadableStream<Uint8Array<ArrayBuffer>>,
    stream: OutputStream,
  ): Promise<void> {
    this.#openStreams++;
    const reader = readable.getReader();
    this.#readers.push(reader);
    try {
      for (;;) {
        await this.#paused?.promise;
        const { done, value } = await reader.read();
        if (done) break;
        for (let at = 0; at < value.byteLength; at += limits.maxChunkBytes) {
          this.#listener.output(stream, value.subarray(at, at + limits.maxChunkBytes));
        }
      }
    } catch {
      // A broken pipe is an ended one.
    }
    this.#openStreams--;
    this.#closeWhenDone();
  }

  async #watch(): Promise<void> {
    const { code, signal } = await this.#child.status;
    this.#hasExited = true;
    this.#listener.exited(
      signal === null ? { code, signal: 0 } : { code: 0, signal: code - 128 },
    );
    if (this.#isKilled) this.#abandonOutput();
    this.#closeWhenDone();
  }

  #abandonOutput(): void {
    this.resumeOutput();
    for (const reader of this.#readers) void reader.cancel().catch(() => {});
  }

  #closeWhenDone(): void {
    if (!this.#hasExited || this.#openStreams > 0 || this.#isClosed) return;
    this.#isClosed = true;
    this.closeStdin();
    this.#listener.closed();
  }
}

function hasStdin(child: Deno.ChildProcess): boolean {
  try {
    return child.stdin !== undefined;
  } catch {
    // The runtime throws when it was not asked for.
    return false;
  }
}

function isSignal(name: string | undefined): name is Deno.Signal {
  return name !== undefined && name.startsWith("SIG");
}
