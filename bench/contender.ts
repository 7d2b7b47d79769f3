/** Starts a server that takes part in the measurements, and ends it. @module */

import { within } from "./deadline.ts";

const START_DEADLINE_MS = 15_000;
const STOP_DEADLINE_MS = 3_000;
const KEPT_STDERR_CHARACTERS = 600;

/** A server given as a command. */
export interface Contender {
  /** Words that complete "Cannot start …" and head a row. */
  readonly label: string;
  /** Program and arguments; `--listen` with its value is appended. */
  readonly command: readonly string[];
  /** Variables besides those inherited. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A started server. */
export class RunningServer implements AsyncDisposable {
  /** Where it listens, as it printed it. */
  readonly url: string;
  /** From the spawn to the line with the URL, in milliseconds. */
  readonly startUpMs: number;
  readonly #child: Deno.ChildProcess;

  /** Use {@linkcode startServer}. */
  constructor(child: Deno.ChildProcess, url: string, startUpMs: number) {
    this.#child = child;
    this.url = url;
    this.startUpMs = startUpMs;
  }

  /** Process id of the server itself. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Ends the server: SIGTERM, and SIGKILL when that is not enough. */
  async [Symbol.asyncDispose](): Promise<void> {
    await stop(this.#child);
  }
}

/**
 * Starts a server on a free loopback port.
 *
 * @param contender what to start
 * @param flags more arguments for this start
 * @throws {Error} with the reason in one sentence when no URL was printed
 */
export async function startServer(
  contender: Contender,
  flags: readonly string[] = [],
): Promise<RunningServer> {
  const [program, ...rest] = contender.command;
  if (program === undefined) throw new Error(`Cannot start ${contender.label}: no command given`);
  const beganAt = performance.now();
  const child = spawn(contender, program, [...rest, ...flags, "--listen", "ws://127.0.0.1:0"]);
  const said = keepStartOfStderr(child.stderr);
  try {
    const line = await within(firstLine(child.stdout), {
      ms: START_DEADLINE_MS,
      what: "the line with the URL",
    });
    const startUpMs = performance.now() - beganAt;
    if (line.startsWith("ws://")) return new RunningServer(child, line.trim(), startUpMs);
    throw new Error(line === "" ? "it ended without a line on stdout" : `it printed "${line}"`);
  } catch (error) {
    await stop(child);
    const reason = error instanceof Error ? error.message : String(error);
    // The first paragraph: what follows is a stack.
    const stderr = (await said).trim().split("\n\n")[0] ?? "";
    throw new Error(
      `Cannot start ${contender.label} (${contender.command.join(" ")}): ${reason}` +
        (stderr === "" ? "" : `; stderr: ${stderr}`),
      { cause: error },
    );
  }
}

function spawn(contender: Contender, program: string, args: string[]): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args,
      env: { NO_COLOR: "1", ...contender.env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot start ${contender.label}: ${reason}`, { cause: error });
  }
}

async function stop(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGTERM");
    await within(child.status, { ms: STOP_DEADLINE_MS, what: "the server to end" });
  } catch {
    // Either it has ended already, or SIGTERM was not enough: SIGKILL is right for both.
    try {
      child.kill("SIGKILL");
    } catch {
      // It ended in between.
    }
    await child.status;
  }
}

async function firstLine(stdout: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = stdout.getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
    const end = text.indexOf("\n");
    if (end < 0) continue;
    // Whatever else the server prints must not fill its pipe.
    reader.releaseLock();
    stdout.pipeTo(new WritableStream()).catch(() => {});
    return text.slice(0, end);
  }
}

async function keepStartOfStderr(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let kept = "";
  for await (const text of stderr.pipeThrough(new TextDecoderStream())) {
    kept = (kept + text).slice(0, KEPT_STDERR_CHARACTERS);
  }
  return kept;
}
