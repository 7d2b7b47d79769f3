/** Starts a server as a child process and connects over its standard streams. @module */

import { type Clock, realClock } from "../protocol/clock.ts";
import { limits } from "../protocol/limits.ts";
import { LineTransport } from "../protocol/transport/lines.ts";
import type { ExecServerClient } from "./client.ts";
import { type ClientOptions, connectTransport } from "./connect_transport.ts";
import type { ClientTransport } from "./connection.ts";
import { within } from "./deadline.ts";
import { ExecServerError, reasonOf } from "./errors.ts";
import { currentRuntime } from "./platform/runtime.ts";
import {
  DirectoryNotFound,
  ProgramNotFound,
  type ServerProgram,
} from "./platform/server_program.ts";

/** What to start, and how. */
export interface StdioConnectOptions extends ClientOptions {
  /** The program: a path, or a name that is looked up in PATH. */
  readonly program: string;
  /** Its arguments. */
  readonly args?: readonly string[];
  /** Variables to add to the inherited environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it starts; this program's directory by default. */
  readonly cwd?: string;
  /**
   * Leaves the child in this program's process group. It then gets this terminal's Ctrl-C too and
   * must ignore it; in return it keeps every privilege, which a group of its own costs a root user.
   */
  readonly sharesGroup?: boolean;
  /**
   * What becomes of its standard error: shown here (the default), dropped, or handed over. A
   * function that throws is called no more.
   */
  readonly stderr?: "inherit" | "null" | ((text: string) => void);
}

// A server gets this long to end its processes before it is ended itself.
const GRACE_MS = 2000;

/**
 * Starts a server and opens a session with it. Closing the client ends the server.
 *
 * ```ts
 * import { connectStdio } from "exec-server-client/stdio";
 *
 * await using client = await connectStdio({
 *   program: "exec-server",
 *   args: ["--listen", "stdio"],
 *   stderr: "null",
 * });
 * const process = await client.start({ argv: ["/bin/echo", "hello"] });
 * console.log((await process.output()).exitCode);
 * ```
 *
 * @throws {ExecServerError} `spawn` when the program cannot be started, and what `connectTransport`
 * throws
 */
export async function connectStdio(options: StdioConnectOptions): Promise<ExecServerClient> {
  options.signal?.throwIfAborted();
  const leadsGroup = options.sharesGroup !== true;
  const server = await start(options, leadsGroup);
  const transport = new ChildTransport(server, options.clock ?? realClock);
  try {
    return await connectTransport(transport, options);
  } catch (error) {
    await transport.finish("the handshake failed");
    throw error;
  }
}

async function start(options: StdioConnectOptions, leadsGroup: boolean): Promise<ServerProgram> {
  const { program, args = [], env = {}, cwd, stderr = "inherit" } = options;
  const { startProgram } = currentRuntime() === "deno"
    ? await import("./platform/deno_program.ts")
    : await import("./platform/node_program.ts");
  const shown = typeof stderr === "function" ? "piped" : stderr;
  try {
    // A group of its own: Ctrl-C in a terminal is for this program to handle, not for the server.
    const server = await startProgram({ program, args, env, cwd, leadsGroup, stderr: shown });
    if (typeof stderr === "function" && server.stderr) {
      void drain(server.stderr, stderr).catch(() => {});
    }
    return server;
  } catch (error) {
    const text = `Cannot start server program "${program}": ${startFault(error, cwd)}`;
    throw new ExecServerError("spawn", text, { cause: error });
  }
}

function startFault(error: unknown, cwd: string | undefined): string {
  if (error instanceof ProgramNotFound) return "there is no such program";
  if (error instanceof DirectoryNotFound) return `there is no directory "${cwd}"`;
  return reasonOf(error);
}

async function drain(
  readable: ReadableStream<Uint8Array<ArrayBuffer>>,
  show: (text: string) => void,
): Promise<void> {
  let isShown = true;
  // A child whose errors nobody takes would stop, so they are taken in any case.
  for await (const text of readable.pipeThrough(new TextDecoderStream())) {
    if (isShown) isShown = isTaken(text, show);
  }
}

function isTaken(text: string, show: (text: string) => void): boolean {
  try {
    show(text);
    return true;
  } catch {
    // Nobody waits for this error, and unhandled it would end the program.
    return false;
  }
}

/** The child's standard streams; when they end, so does the child. */
class ChildTransport implements ClientTransport {
  readonly peer: string;
  readonly closed: Promise<string>;
  readonly #server: ServerProgram;
  readonly #lines: LineTransport;
  readonly #clock: Clock;
  readonly #reaped: Promise<void>;

  constructor(server: ServerProgram, clock: Clock) {
    this.peer = "exec-server stdio";
    this.#server = server;
    this.#clock = clock;
    const streams = { readable: server.stdout, writable: server.stdin };
    this.#lines = new LineTransport(streams, this.peer, limits.maxAnswerBytes);
    this.closed = this.#lines.closed;
    this.#reaped = this.#reap();
  }

  receive(): Promise<string | undefined> {
    return this.#lines.receive();
  }

  send(text: string): void {
    this.#lines.send(text);
  }

  close(reason: string): void {
    this.#lines.close(reason);
  }

  async finish(reason: string): Promise<void> {
    // A child that reads nothing more must not keep us.
    const onLate = () => this.#lines.close(reason);
    await within(this.#lines.finish(reason), { limitMs: GRACE_MS, clock: this.#clock, onLate });
    await this.#reaped;
  }

  async #reap(): Promise<void> {
    await this.closed;
    this.#server.kill("SIGTERM");
    const onLate = () => this.#server.kill("SIGKILL");
    const { exited } = this.#server;
    await within(exited, { limitMs: GRACE_MS, clock: this.#clock, onLate });
    await exited;
  }
}
