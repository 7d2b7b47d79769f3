/** One process as the session sees it: running, then exited, then closed. @module */

import type { OutputStream } from "../../protocol/methods/process.ts";
import type { Base64Text } from "../../protocol/transport/transport.ts";
import { OutputLog } from "./output_log.ts";
import type { Child, ChildListener, Spawner, SpawnRequest } from "./spawner.ts";
import { StdinQueue } from "./stdin_queue.ts";

/** Where a process announces its events, and how it learns to slow down. */
export interface Outlet {
  /** Sends a notification to whoever is attached; dropped when nobody is, for the log has it. */
  notify(text: string): void;
  /** The same for a notification that is mostly base64. */
  notifyBase64(text: Base64Text): void;
  /** Whether the receiver is so far behind that no more should be produced. */
  readonly isCongested: boolean;
  /** Calls `action` once the receiver has caught up or gone. */
  onRelief(action: () => void): void;
}

/** How far a process has come. */
export type ProcessState =
  | { readonly kind: "running" }
  | { readonly kind: "exited"; readonly exitCode: number }
  | { readonly kind: "closed"; readonly exitCode: number };

/** A started process, its log and its standard input. */
export class Process {
  /** Chosen by the client. */
  readonly id: string;
  /** Its numbered output. */
  readonly log = new OutputLog();
  /** Its standard input; undefined when it has none. */
  readonly stdin: StdinQueue | undefined;
  readonly #child: Child;
  readonly #outlet: Outlet;
  readonly #onClosed: () => void;
  /** The constant beginning of every output notification. */
  readonly #outputHead: string;
  #state: ProcessState = { kind: "running" };

  /**
   * Starts a process.
   * @param onClosed called once, when nothing more will come
   * @throws {SpawnError} when the operating system refuses
   */
  constructor(
    id: string,
    options: { spawner: Spawner; request: SpawnRequest; outlet: Outlet; onClosed: () => void },
  ) {
    this.id = id;
    this.#outlet = options.outlet;
    this.#onClosed = options.onClosed;
    this.#outputHead = `{"method":"process/output","params":{"processId":${JSON.stringify(id)},`;
    this.#child = options.spawner.spawn(options.request, this.#listener());
    this.stdin = options.request.pipeStdin ? new StdinQueue(this.#child) : undefined;
  }

  /** How far it has come. */
  get state(): ProcessState {
    return this.#state;
  }

  /** Sends a signal to its group; harmless once everything ended. */
  signal(signal: number): void {
    this.#child.signalGroup(signal);
  }

  /** Kills its group. */
  kill(): void {
    if (this.#state.kind === "closed") return;
    this.#child.kill();
    this.stdin?.stop("killed");
  }

  #listener(): ChildListener {
    return {
      output: (stream, bytes) => this.#output(stream, bytes),
      exited: (exitCode) => this.#exited(exitCode),
      closed: () => this.#closed(),
      writable: () => this.stdin?.onWritable(),
    };
  }

  #output(stream: OutputStream, bytes: Uint8Array<ArrayBuffer>): void {
    const seq = this.log.append(stream, bytes);
    // Put together by hand: base64 needs no escaping, and this carries all the traffic.
    const before = `${this.#outputHead}"seq":${seq},"stream":"${stream}","chunk":"`;
    this.#outlet.notifyBase64({ before, bytes, after: '"}}' });
    if (!this.#outlet.isCongested) return;
    this.#child.pauseOutput();
    this.#outlet.onRelief(() => this.#child.resumeOutput());
  }

  #exited(exitCode: number): void {
    this.#state = { kind: "exited", exitCode };
    this.#announce("process/exited", { exitCode, sandboxDenied: false });
  }

  #closed(): void {
    if (this.#state.kind === "exited") {
      this.#state = { kind: "closed", exitCode: this.#state.exitCode };
    }
    this.stdin?.stop("exited");
    this.#announce("process/closed", {});
    this.#onClosed();
  }

  #announce(method: string, facts: Readonly<Record<string, unknown>>): void {
    // Marking wakes readers, so the state must be set before.
    const params = { processId: this.id, seq: this.log.mark(), ...facts };
    this.#outlet.notify(JSON.stringify({ method, params }));
  }
}
