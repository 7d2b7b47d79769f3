/** One process as the session sees it: running, then exited, then closed. @module */

import { type Clock, epochMs, type Timer } from "../../protocol/clock.ts";
import type { OutputStream } from "../../protocol/methods/process.ts";
import type { TerminalSize } from "../../protocol/methods/process_start.ts";
import type { Base64Text } from "../../protocol/transport/transport.ts";
import { Acknowledgement } from "./acknowledgement.ts";
import { outputHead, TEXT_AFTER, textBefore } from "./announcement.ts";
import { type Command, commandOf } from "./command.ts";
import { type Deadlines, ProcessDeadlines } from "./deadlines.ts";
import { type DenialJudge, type DenialVerdict, NOT_DENIED } from "./judge_denial.ts";
import { OutputLog } from "./output_log.ts";
import { signalNumbers } from "./signal_numbers.ts";
import type { Child, ChildListener, ExitStatus, Spawner, SpawnRequest } from "./spawner.ts";
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

/** What a process is made of. */
export interface ProcessOptions {
  /** Starts it. */
  readonly spawner: Spawner;
  /** What to start. */
  readonly request: SpawnRequest;
  /** Where its events go. */
  readonly outlet: Outlet;
  /** Where time comes from. */
  readonly clock: Clock;
  /** How long it may take. */
  readonly deadlines: Deadlines;
  /** Whether it is held back rather than that output is forgotten which has not arrived. */
  readonly awaitAcks?: boolean;
  /** What it is to those who list processes; taken from the request when absent. */
  readonly command?: Command;
  /** Tells whether its sandbox made it fail; absent without one. */
  readonly judge?: DenialJudge | undefined;
  /** Tells, once it has exited, why the machine killed it, if so; absent where nothing can tell. */
  readonly killReason?: (() => string | undefined) | undefined;
  /** Called once, when nothing more will come. */
  readonly onClosed: () => void;
}

/** How a program ended, in the words of the wire. */
export interface ExitFacts extends DenialVerdict {
  /** 128 + n after signal n. */
  readonly exitCode: number;
  /** Why the server ended it, or the machine by a limit of the server's. */
  readonly reason?: string;
}

/** A started process, its log and its standard input. */
export class Process {
  /** Chosen by the client. */
  readonly id: string;
  /** Its numbered output. */
  readonly log = new OutputLog();
  /** Its standard input; undefined when it has none. */
  readonly stdin: StdinQueue | undefined;
  /** What it is to those who list processes. */
  readonly command: Command;
  /** When it was started: milliseconds since 1970. */
  readonly startedAtMs: number = epochMs();
  /** Whether it runs in a terminal. */
  readonly isTerminal: boolean;
  readonly #outlet: Outlet;
  readonly #clock: Clock;
  readonly #onClosed: () => void;
  readonly #judge: DenialJudge | undefined;
  readonly #killReason: (() => string | undefined) | undefined;
  readonly #child: Child;
  readonly #deadlines: ProcessDeadlines;
  /** The constant beginning of every output notification. */
  readonly #outputHead: string;
  #acknowledgement: Acknowledgement | undefined;
  /** Why its output is not being read; it is read when there is no reason left. */
  readonly #holds = new Set<"congested" | "unacknowledged">();
  #state: ProcessState = { kind: "running" };
  #exitSeq: number | undefined;
  #verdict: DenialVerdict = NOT_DENIED;
  /** Recorded before the kill, so that the exit can tell. */
  #reason: string | undefined;
  #grace: Timer | undefined;

  /**
   * Starts a process.
   * @throws {SpawnError} when the operating system refuses
   */
  constructor(id: string, options: ProcessOptions) {
    const { spawner, request, clock, deadlines } = options;
    this.id = id;
    // The request itself is not kept: its environment may be large, and the process stays a while.
    this.#outlet = options.outlet;
    this.#acknowledgement = options.awaitAcks === true ? new Acknowledgement(this.log) : undefined;
    this.#clock = clock;
    const isTerminal = this.isTerminal = request.terminal !== undefined;
    this.command = options.command ?? commandOf(request);
    this.#onClosed = options.onClosed;
    this.#judge = options.judge;
    this.#killReason = options.killReason;
    this.#outputHead = outputHead(id);
    this.#child = spawner.spawn(request, this.#listener());
    const takesInput = request.pipeStdin || isTerminal;
    this.stdin = takesInput ? new StdinQueue(this.#child, { isTerminal }) : undefined;
    this.#deadlines = new ProcessDeadlines(deadlines, {
      clock,
      onExpired: (reason) => this.#expire(reason),
    });
  }

  /** How far it has come. */
  get state(): ProcessState {
    return this.#state;
  }

  /** The operating system's id of it. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Number of its exit; undefined while it runs. */
  get exitSeq(): number | undefined {
    return this.#exitSeq;
  }

  /** How it ended; undefined while it runs. */
  get exitFacts(): ExitFacts | undefined {
    if (this.#state.kind === "running") return undefined;
    const why = this.#reason === undefined ? {} : { reason: this.#reason };
    return { exitCode: this.#state.exitCode, ...this.#verdict, ...why };
  }

  /** Why the server ended it; undefined when it did not. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Input came for it: it is not idle. */
  touch(): void {
    this.#deadlines.touch();
  }

  /** Output up to a number has arrived at the client. */
  acknowledge(seq: number): void {
    this.#acknowledgement?.take(seq);
    if (this.#acknowledgement?.isBehind === false) this.#release("unacknowledged");
  }

  /** Sends a signal to its group; harmless once everything ended. */
  signal(signal: number): void {
    this.#child.signalGroup(signal);
  }

  /** Changes the size of its terminal. @returns false when it has none */
  resize(size: TerminalSize): boolean {
    return this.#child.resize(size);
  }

  /** Asks its group to end, and kills its whole tree when that takes too long. */
  terminate(graceMs: number): void {
    if (this.#state.kind === "closed" || this.#grace !== undefined) return;
    // Whatever has left the group by then goes with the rest at the end.
    this.#child.condemn();
    this.signal(signalNumbers.SIGTERM);
    // A stopped process takes no signal but this one and SIGKILL.
    this.signal(signalNumbers.SIGCONT);
    this.#grace = this.#clock.after(graceMs, () => this.kill());
  }

  /** Kills its whole tree. */
  kill(): void {
    if (this.#state.kind === "closed") return;
    this.#grace?.cancel();
    this.stdin?.stop("killed");
    this.#child.kill();
  }

  /** Kills it, and waits for nobody to read what it printed. */
  abandon(): void {
    this.#acknowledgement = undefined;
    this.#release("unacknowledged");
    this.kill();
  }

  #listener(): ChildListener {
    return {
      output: (stream, bytes) => this.#output(stream, bytes),
      exited: (status) => this.#exited(status),
      closed: () => this.#closed(),
      writable: () => this.stdin?.onWritable(),
    };
  }

  #expire(reason: string): void {
    // What ended by itself before its time was up did not end because of it.
    if (this.#state.kind === "running") this.#reason ??= reason;
    this.kill();
  }

  #output(stream: OutputStream, bytes: Uint8Array<ArrayBuffer>): void {
    this.touch();
    const seq = this.log.append(stream, bytes);
    const outlet = this.#outlet;
    const before = textBefore(this.#outputHead, { seq, stream });
    outlet.notifyBase64({ before, bytes, after: TEXT_AFTER });
    if (this.#acknowledgement?.isBehind === true) this.#hold("unacknowledged");
    if (!outlet.isCongested) return;
    this.#hold("congested");
    outlet.onRelief(() => this.#release("congested"));
  }

  #hold(reason: "congested" | "unacknowledged"): void {
    this.#holds.add(reason);
    this.#child.pauseOutput();
  }

  #release(reason: "congested" | "unacknowledged"): void {
    if (this.#holds.delete(reason) && this.#holds.size === 0) this.#child.resumeOutput();
  }

  #exited({ code, signal, neverRan = false }: ExitStatus): void {
    // The reference reports a signal in a terminal as plain failure, so this does too.
    const signalled = this.isTerminal ? 1 : 128 + signal;
    const exitCode = signal === 0 ? code : signalled;
    // Before anybody can see the exit: what was said about it once is not taken back.
    this.#reason ??= this.#killReason?.();
    this.#verdict = this.#judge?.({ exitCode, neverRan, log: this.log }) ?? NOT_DENIED;
    this.#state = { kind: "exited", exitCode };
    this.#exitSeq = this.log.nextSeq;
    this.#announce("process/exited", this.exitFacts);
  }

  #closed(): void {
    if (this.#state.kind === "exited") {
      this.#state = { kind: "closed", exitCode: this.#state.exitCode };
    }
    this.#deadlines.cancel();
    this.#grace?.cancel();
    this.stdin?.stop("exited");
    this.#announce("process/closed", undefined);
    this.#onClosed();
  }

  #announce(method: string, facts: ExitFacts | undefined): void {
    // Marking wakes readers, so the state must be set before.
    const params = { processId: this.id, seq: this.log.mark(), ...facts };
    this.#outlet.notify(JSON.stringify({ method, params }));
  }
}
