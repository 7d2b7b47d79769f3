/** Runs a program that is to say something and end, and not for long. @module */

import type { Clock } from "../../protocol/clock.ts";
import type { OutputStream } from "../../protocol/methods/process.ts";
import { type Child, type Spawner, SpawnError, type SpawnRequest } from "../process/spawner.ts";

/** How it went. */
export interface BriefRun {
  /** Exit code, or 128 + n after signal n; undefined when it took too long and was ended. */
  readonly status: number | undefined;
  /** Set when the sandbox that it was to run in could not be made. */
  readonly neverRan: boolean;
  /** The beginning of what it printed. */
  readonly stdout: string;
  /** The same for errors. */
  readonly stderr: string;
}

/** What runs it, and how long. */
export interface BriefOptions {
  /** Starts it. */
  readonly spawner: Spawner;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Milliseconds. */
  readonly limitMs: number;
}

const MOST_CHARACTERS = 256 * 1024;

/** Runs it. What it leaves running is ended. A program that cannot be started ended with 126. */
export async function runBriefly(
  request: SpawnRequest,
  { spawner, clock, limitMs }: BriefOptions,
): Promise<BriefRun> {
  const said = { stdout: new Beginning(), stderr: new Beginning() };
  const { promise, resolve } = Promise.withResolvers<Pick<BriefRun, "status" | "neverRan">>();
  const closed = Promise.withResolvers<void>();
  let child: Child;
  try {
    child = spawner.spawn(request, {
      output: (stream, bytes) => said[nameOf(stream)].add(bytes),
      exited: ({ code, signal, neverRan = false }) =>
        resolve({ status: signal === 0 ? code : 128 + signal, neverRan }),
      closed: () => closed.resolve(),
      writable() {},
    });
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    return { status: 126, neverRan: true, stdout: "", stderr: error.message };
  }
  const timer = clock.after(limitMs, () => resolve({ status: undefined, neverRan: true }));
  const end = await promise;
  timer.cancel();
  child.kill();
  // What the kernel itself holds up may not even end when it is killed.
  if (end.status !== undefined) await closed.promise;
  return { ...end, stdout: said.stdout.text, stderr: said.stderr.text };
}

function nameOf(stream: OutputStream): "stdout" | "stderr" {
  return stream === "stderr" ? "stderr" : "stdout";
}

/** Keeps the beginning of a text. */
class Beginning {
  readonly #decoder = new TextDecoder();
  text = "";

  add(bytes: Uint8Array): void {
    if (this.text.length >= MOST_CHARACTERS) return;
    this.text += this.#decoder.decode(bytes, { stream: true });
  }
}
