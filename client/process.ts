/** A handle on a process that runs at the server. @module */

import type { ReadParams, ReadResult } from "../protocol/methods/process.ts";
import type { TerminateParams, TerminateResult } from "../protocol/methods/process_control.ts";
import type { StartResult, TerminalSize } from "../protocol/methods/process_start.ts";
import type { SignalName } from "../protocol/signal_names.ts";
import { type KnownCapabilities, requireCapability } from "./capabilities.ts";
import type { Caller } from "./caller.ts";
import { ExecServerError } from "./errors.ts";
import type { EventCursor } from "./event_cursor.ts";
import type { ObservedEvent, ProcessEvent } from "./process_events.ts";
import type { ExitStatus, ProcessFeed } from "./process_feed.ts";
import { eventsOf, inputStreamOf, outputStreamOf } from "./process_streams.ts";
import { StdinWriter } from "./stdin_writer.ts";

/** What a handle is made of. */
export interface ProcessParts {
  /** Where calls go. */
  readonly caller: Caller;
  /** What came and comes from the process. */
  readonly feed: ProcessFeed;
  /** The answer to `process/start`. */
  readonly started: StartResult;
  /** What the server can do. */
  readonly capabilities: KnownCapabilities;
  /** Calls `process/terminate`, and keeps the connection until it is answered. */
  readonly terminate: (params: TerminateParams) => Promise<TerminateResult>;
}

/** Everything a process printed, and how it ended. */
export interface ProcessOutput extends ExitStatus {
  /** What it wrote to standard output, or to its terminal. */
  readonly stdout: Uint8Array<ArrayBuffer>;
  /** What it wrote to standard error. */
  readonly stderr: Uint8Array<ArrayBuffer>;
}

/** How `output()` collects. */
export interface OutputOptions {
  /** More than so many bytes are an error of kind `limit`; 64 MiB by default. */
  readonly maxBytes?: number;
}

/** How a process is ended. */
export interface TerminateOptions {
  /**
   * Ask it with SIGTERM first, and end it by force after so many milliseconds; by force at once
   * when left out. Needs the capability `processSignals`.
   */
  readonly graceMs?: number;
}

const DEFAULT_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * One process. Its output can be read in several ways at once; each reader gets all of it.
 *
 * ```ts
 * import { connectWebSocket } from "exec-server-client";
 *
 * await using client = await connectWebSocket({ url: "ws://127.0.0.1:4500" });
 * const process = await client.start({ argv: ["/bin/cat"], pipeStdin: true });
 * await process.write(new TextEncoder().encode("grün\n"));
 * await process.closeStdin();
 * // A decoder keeps the first bytes of a character until the others come.
 * for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) console.log(text);
 * console.log((await process.exit).exitCode);
 * ```
 */
export class RemoteProcess {
  /** The id it was started under. */
  readonly processId: string;
  /** How it is confined, such as `none`; undefined when the server does not say. */
  readonly sandboxType: string | undefined;
  readonly #caller: Caller;
  readonly #feed: ProcessFeed;
  readonly #writer: StdinWriter;
  readonly #capabilities: KnownCapabilities;
  readonly #terminate: ProcessParts["terminate"];
  #stdin: WritableStream<Uint8Array> | undefined;
  #outputs: readonly [EventCursor, EventCursor] | undefined;
  #stdout: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #stderr: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;

  /** Made by `ExecServerClient.start`. */
  constructor({ caller, feed, started, capabilities, terminate }: ProcessParts) {
    this.processId = feed.processId;
    this.sandboxType = started.sandboxType;
    this.#caller = caller;
    this.#feed = feed;
    this.#terminate = terminate;
    this.#capabilities = capabilities;
    this.#writer = new StdinWriter(
      feed.processId,
      (params) => caller.call("process/write", params),
    );
  }

  /** Settles when the program has ended, though what it left running may still print. */
  get exit(): Promise<ExitStatus> {
    return this.#feed.exit;
  }

  /** Settles when the program and all its output have ended. */
  get status(): Promise<ExitStatus> {
    return this.#feed.status;
  }

  /** Standard output, or the terminal. Who does not want `stderr` need not read it. */
  get stdout(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#outputs ??= this.#feed.streamCursors();
    return this.#stdout ??= outputStreamOf(this.#outputs[0].take());
  }

  /** Standard error; empty for a process in a terminal. */
  get stderr(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#outputs ??= this.#feed.streamCursors();
    return this.#stderr ??= outputStreamOf(this.#outputs[1].take());
  }

  /** Standard input. Closing it needs the capability `processCloseStdin`. */
  get stdin(): WritableStream<Uint8Array> {
    return this.#stdin ??= inputStreamOf(this);
  }

  /**
   * Output, exit and close, in order, each once; ends after `closed`. A reader that takes its time
   * holds the program back where the server can wait (`processAcks`); elsewhere, and when it comes
   * late, it may be told with kind `outputLost` that the server no longer keeps what it has not read.
   * @throws {ExecServerError} while iterating: `disconnected`, `outputLost`, `processLost`, …
   */
  events(): AsyncIterableIterator<ProcessEvent> {
    // Taken now, not at the first `next`: nothing that happens in between may be missed.
    return eventsOf(this.#feed.cursor(), isNoGap);
  }

  /**
   * Collects all output until the process has closed.
   * @throws {ExecServerError} `limit` when there is more than `maxBytes`, or as `events()` does
   */
  async output(options: OutputOptions = {}): Promise<ProcessOutput> {
    const { maxBytes = DEFAULT_OUTPUT_BYTES } = options;
    const stdout: Uint8Array<ArrayBuffer>[] = [];
    const stderr: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    for await (const event of this.events()) {
      if (event.type !== "output") continue;
      bytes += event.chunk.byteLength;
      if (bytes > maxBytes) {
        const text = `Process "${this.processId}" printed more than ${maxBytes} bytes`;
        throw new ExecServerError("limit", text);
      }
      (event.stream === "stderr" ? stderr : stdout).push(event.chunk);
    }
    return { stdout: joined(stdout), stderr: joined(stderr), ...await this.status };
  }

  /**
   * Writes to standard input, or the terminal; settles when the server has taken all bytes.
   * @throws {ExecServerError} `stdinClosed`, `unknownProcess`, `server`, `disconnected`, …
   */
  write(bytes: Uint8Array): Promise<void> {
    return this.#writer.write(bytes);
  }

  /**
   * Ends standard input after everything written before; in a terminal, types the character that
   * means its end (0x04). Harmless when it has ended already.
   * @throws {ExecServerError} `notSupported` when the server cannot do it, `unknownProcess`
   */
  async closeStdin(): Promise<void> {
    const place = `Cannot close the standard input of process "${this.processId}"`;
    requireCapability(this.#capabilities, "processCloseStdin", place);
    await this.#writer.sent();
    const { processId } = this;
    const { status } = await this.#caller.call("process/closeStdin", { processId });
    if (status !== "unknownProcess") return;
    throw new ExecServerError("unknownProcess", `${place}: the server does not know it`);
  }

  /**
   * Changes the size of the terminal; what runs in its foreground is told by SIGWINCH.
   * @throws {ExecServerError} `noTerminal` when it has none, or none any more because it has ended;
   * `unknownProcess`; `notSupported` without `processResize`
   */
  async resize({ rows, cols }: TerminalSize): Promise<void> {
    const { processId } = this;
    const place = `Cannot resize the terminal of process "${processId}"`;
    requireCapability(this.#capabilities, "processResize", place);
    const { status } = await this.#caller.call("process/resize", { processId, rows, cols });
    switch (status) {
      case "accepted":
        return;
      case "noTerminal":
        throw new ExecServerError("noTerminal", `${place}: it has none, or has ended`);
      case "unknownProcess":
        throw new ExecServerError("unknownProcess", `${place}: the server does not know it`);
    }
  }

  /** Sends SIGINT to the process group, as Ctrl-C does. No error when it has ended. */
  interrupt(): Promise<void> {
    return this.signal("interrupt");
  }

  /**
   * Sends a signal to the process group. No error when the process has ended.
   * @throws {ExecServerError} `notSupported` for others than `interrupt` without `processSignals`
   */
  async signal(signal: SignalName): Promise<void> {
    const { processId } = this;
    if (signal !== "interrupt") {
      const action = `Cannot send ${signal} to process "${processId}"`;
      requireCapability(this.#capabilities, "processSignals", action);
    }
    await this.#caller.call("process/signal", { processId, signal });
  }

  /**
   * Ends the process. Returns whether it was still running.
   * @throws {ExecServerError} `notSupported` for a grace period without `processSignals`
   */
  async terminate({ graceMs }: TerminateOptions = {}): Promise<boolean> {
    const { processId } = this;
    if (graceMs === undefined) return (await this.#terminate({ processId })).running;
    const action = `Cannot give process "${processId}" time to end by itself`;
    requireCapability(this.#capabilities, "processSignals", action);
    return (await this.#terminate({ processId, graceMs })).running;
  }

  /** Asks the server for output it keeps; no other reader notices. */
  read(params: Omit<ReadParams, "processId"> = {}): Promise<ReadResult> {
    return this.#caller.call("process/read", { processId: this.processId, ...params });
  }
}

/** What this client started tolerates no gaps: its cursor fails instead. */
function isNoGap(event: ObservedEvent): event is ProcessEvent {
  return event.type !== "gap";
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
