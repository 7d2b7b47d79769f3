/** Starts a server as a child process and connects over its standard streams. @module */

import { type Clock, realClock } from "../protocol/clock.ts";
import { limits } from "../protocol/limits.ts";
import { LineTransport } from "../protocol/transport/lines.ts";
import type { ExecServerClient } from "./client.ts";
import { type ClientOptions, connectTransport } from "./connect_transport.ts";
import type { ClientTransport } from "./connection.ts";
import { within } from "./deadline.ts";
import { ExecServerError, reasonOf } from "./errors.ts";

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
  /** What becomes of its standard error: shown here (the default), dropped, or handed over. */
  readonly stderr?: "inherit" | "null" | ((text: string) => void);
}

// A server gets this long to end its processes before it is ended itself.
const GRACE_MS = 2000;

/**
 * Starts a server and opens a session with it. Closing the client ends the server.
 * @throws {ExecServerError} `spawn` when the program cannot be started, and what `connectTransport`
 * throws
 */
export async function connectStdio(options: StdioConnectOptions): Promise<ExecServerClient> {
  options.signal?.throwIfAborted();
  const leadsGroup = options.sharesGroup !== true;
  const transport = new ChildTransport(spawn(options, leadsGroup), {
    leadsGroup,
    clock: options.clock ?? realClock,
  });
  try {
    return await connectTransport(transport, options);
  } catch (error) {
    await transport.finish("the handshake failed");
    throw error;
  }
}

function spawn(options: StdioConnectOptions, leadsGroup: boolean): Deno.ChildProcess {
  const { program, args = [], env = {}, cwd, stderr = "inherit" } = options;
  try {
    const child = new Deno.Command(program, {
      args: [...args],
      env: { ...env },
      ...(cwd === undefined ? {} : { cwd }),
      stdin: "piped",
      stdout: "piped",
      stderr: typeof stderr === "function" ? "piped" : stderr,
      // A group of its own: Ctrl-C in a terminal is for this program to handle, not for the server.
      detached: leadsGroup,
    }).spawn();
    if (typeof stderr === "function") void drain(child.stderr, stderr);
    return child;
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound && cwd === undefined
      ? "there is no such program"
      : reasonOf(error);
    const text = `Cannot start server program "${program}": ${reason}`;
    throw new ExecServerError("spawn", text, { cause: error });
  }
}

async function drain(
  readable: ReadableStream<Uint8Array<ArrayBuffer>>,
  show: (text: string) => void,
): Promise<void> {
  for await (const text of readable.pipeThrough(new TextDecoderStream())) show(text);
}

/** The child's standard streams; when they end, so does the child. */
class ChildTransport implements ClientTransport {
  readonly peer: string;
  readonly closed: Promise<string>;
  readonly #child: Deno.ChildProcess;
  readonly #lines: LineTransport;
  /** What signals go to: the child's group, or the child alone. */
  readonly #target: number;
  readonly #clock: Clock;
  readonly #reaped: Promise<void>;
  #hasExited = false;

  constructor(child: Deno.ChildProcess, options: { leadsGroup: boolean; clock: Clock }) {
    this.peer = "exec-server stdio";
    this.#child = child;
    this.#target = options.leadsGroup ? -child.pid : child.pid;
    this.#clock = options.clock;
    const streams = { readable: child.stdout, writable: child.stdin };
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
    const exited = this.#child.status.then(() => {
      this.#hasExited = true;
    });
    await this.closed;
    this.#kill("SIGTERM");
    const onLate = () => this.#kill("SIGKILL");
    await within(exited, { limitMs: GRACE_MS, clock: this.#clock, onLate });
    await exited;
  }

  #kill(signal: Deno.Signal): void {
    if (this.#hasExited) return;
    try {
      Deno.kill(this.#target, signal);
    } catch {
      // It has just ended, which is what was wanted.
    }
  }
}
