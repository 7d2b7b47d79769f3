/** A server that a shell script starts, for what a program inherits from whoever starts it. @module */

import { within } from "../support/deadline.ts";
import { Peer } from "../support/peer.ts";
import { Scratch } from "../support/scratch.ts";
import { serverProgram } from "../support/target.ts";
import { connectWebSocket, type WebSocketWire } from "../support/websocket_wire.ts";

/** How the script is run. */
export interface ScriptOptions {
  /** Program and arguments before the script; a plain shell by default. */
  readonly shell?: readonly string[];
}

/** A server below a shell. */
export class ShellStarted implements AsyncDisposable {
  readonly #scratch: Scratch;
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #pid = 0;
  #url = "";

  /** Takes over a started shell; `launch` is the way to make one. */
  constructor(scratch: Scratch, child: Deno.ChildProcess) {
    this.#scratch = scratch;
    this.#child = child;
    this.#lines = linesOf(child.stdout);
  }

  /** Runs a script and waits until the server listens.
   * @param script prints the server's process id, and starts the server by `"$@"` */
  static async launch(script: string, options: ScriptOptions = {}): Promise<ShellStarted> {
    const [shell = "", ...flags] = options.shell ?? ["/bin/sh", "-c"];
    const { program, prefix, env } = await serverProgram();
    const scratch = await Scratch.create();
    const listen = ["--listen", "ws://127.0.0.1:0"];
    const child = new Deno.Command(shell, {
      args: [...flags, script, "shell", program, ...prefix, ...listen],
      cwd: scratch.path,
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", HOME: scratch.path, ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const started = new ShellStarted(scratch, child);
    await started.#readAnnouncement();
    return started;
  }

  /** The server's process id. */
  get pid(): number {
    return this.#pid;
  }

  /** Opens a connection and performs the handshake. */
  async session(): Promise<Peer<WebSocketWire>> {
    const peer = new Peer(await connectWebSocket(this.#url), this.#scratch.path);
    await peer.handshake();
    return peer;
  }

  /** Ends the server and waits for the shell, which ends after it. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Without a process id there is only the shell to end.
    if (this.#pid === 0) this.#child.kill("SIGTERM");
    else Deno.kill(this.#pid, "SIGTERM");
    await within(this.#child.status, "the server's shell to end");
    await this.#lines.return?.();
    await this.#scratch[Symbol.asyncDispose]();
  }

  /** The two lines come in either order when the shell stays beside the server. */
  async #readAnnouncement(): Promise<void> {
    while (this.#pid === 0 || this.#url === "") {
      const { done, value } = await within(this.#lines.next(), "the server's announcement");
      if (done) throw new Error("The server ended before it listened");
      if (/^\d+$/.test(value)) this.#pid = Number(value);
      else if (value.startsWith("ws://")) this.#url = value;
    }
  }
}

async function* linesOf(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
