/** Plays the client's side of a trace and checks the server's. @module */
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import type { GoldenLine, RecordedMessage } from "../../golden/golden.ts";
import { processIdOf, ProcessRecord } from "../../golden/process_record.ts";
import type { Message } from "../../support/message.ts";
import type { Peer } from "../../support/peer.ts";
import { type Chunk, toReadResult } from "../../support/process_calls.ts";
import type { LongerErrors, Refusal } from "./deviations.ts";
import { compareAnswer, compareRead, sessionIdIn } from "./likeness.ts";
import type { Happenings } from "./scenes.ts";
import type { Step } from "./trace.ts";

/** What a replay needs besides the steps. */
export interface PlayOptions {
  /** Opens a physical connection, without a handshake. */
  readonly connect: () => Promise<Peer>;
  /** What happens on the machine meanwhile. */
  readonly happenings: Happenings;
  /** Makes output alike that varies from run to run. */
  readonly normalise: (output: string) => string;
  /** Requests that this server refuses instead of answering as recorded. */
  readonly refusals: readonly Refusal[];
  /** Errors that say more than recorded. */
  readonly longerErrors: LongerErrors | undefined;
  /** Ids of answers whose result may differ in value. */
  readonly eitherWay: readonly number[];
  /** A server on standard streams, where it is one. */
  readonly child?: {
    readonly status: Promise<{ readonly code: number }>;
    closeInput(): Promise<void>;
    kill(signal: Deno.Signal): void;
  };
}

/** How often a resume is repeated while the server has not noticed the old connection's end. */
const RESUME_ATTEMPTS = 200;

/** Plays a trace.
 * @throws {Error} on the first difference that matters, with the row's number */
export async function play(steps: readonly Step[], options: PlayOptions): Promise<void> {
  const player = new Player(steps, options);
  try {
    for (const step of steps) {
      try {
        await player.play(step);
      } catch (cause) {
        const words = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`Row ${step.row}: ${words}`, { cause });
      }
    }
    player.finish();
  } finally {
    await player.dispose();
  }
}

class Player {
  readonly #options: PlayOptions;
  readonly #processes: ProcessRecord;
  readonly #peers = new Map<number, Peer>();
  readonly #requests = new Map<string, RecordedMessage>();
  /** This server's session ids by the recorded ones. */
  readonly #sessions = new Map<string, string>();
  /** The highest number of each process that arrived. */
  readonly #lastSeqs = new Map<string, number>();

  constructor(steps: readonly Step[], options: PlayOptions) {
    this.#options = options;
    this.#processes = new ProcessRecord(steps.flatMap(toLine));
  }

  async play(step: Step): Promise<void> {
    const { child, happenings } = this.#options;
    switch (step.kind) {
      case "open":
        return this.#open(step.connection, await this.#options.connect());
      case "refused":
        // Such an attempt does not reach a server. What it sees is that nobody comes for a while.
        return void await happenings.whileAway?.();
      case "drop":
        return await this.#peer(step).drop();
      case "endInput":
        return await child?.closeInput();
      case "terminate":
        return child?.kill("SIGTERM");
      case "exit":
        return assertEquals((await child?.status)?.code, step.code, "exit status");
      case "send":
        return await this.#send(step.message, step);
      case "answer":
        return await this.#expectAnswer(step.method, step.message, step);
      case "notice":
        return await this.#expectNotice(step.message, step);
    }
  }

  /** Checks what can be told only at the end: that nothing came that nobody asked for. */
  finish(): void {
    for (const { wire } of this.#peers.values()) {
      const rest = wire.inbox.untaken.filter(({ id, method }) =>
        id !== undefined || !method?.startsWith("process/")
      );
      assertEquals(rest.map(({ text }) => text), [], "messages nobody asked for");
    }
  }

  async dispose(): Promise<void> {
    for (const peer of this.#peers.values()) await peer.drop();
  }

  #open(connection: number, peer: Peer): void {
    this.#peers.set(connection, peer);
    peer.wire.inbox.observe((message) => this.#observe(message));
  }

  #observe(message: Message): void {
    const processId = processIdOf(message.params);
    if (processId === undefined) return;
    const { seq, chunk } = v.parse(numbered, message.params);
    this.#note(processId, seq);
    if (chunk === undefined) return this.#processes.observe(message);
    const params = { ...message.params, chunk: btoa(this.#options.normalise(atob(chunk))) };
    this.#processes.observe({ ...message, params });
  }

  #note(processId: string, seq: number): void {
    this.#lastSeqs.set(processId, Math.max(seq, this.#lastSeqs.get(processId) ?? 0));
  }

  #peer({ connection }: Step): Peer {
    const peer = this.#peers.get(connection);
    if (peer === undefined) throw new Error(`Connection ${connection} is not open`);
    return peer;
  }

  /** Sends a message as it was, but for what the server said: its session id, its last number. */
  async #send(recorded: RecordedMessage, step: Step): Promise<void> {
    const { method, id } = recorded;
    if (method === "process/write") await this.#options.happenings.beforeWrite?.();
    const message = { ...recorded, ...this.#filled(recorded) };
    if (id !== undefined) this.#requests.set(`${step.connection} ${id}`, message);
    this.#peer(step).send(message);
  }

  #filled({ method, params }: RecordedMessage): { params: unknown } | undefined {
    if (method === "initialize") {
      const { resumeSessionId } = v.parse(resuming, params);
      const known = this.#sessions.get(resumeSessionId ?? "");
      if (known !== undefined) return { params: { ...Object(params), resumeSessionId: known } };
    }
    if (method === "process/read") {
      return { params: { ...Object(params), afterSeq: this.#last(params) } };
    }
    return undefined;
  }

  #last(params: unknown): number {
    return this.#lastSeqs.get(processIdOf(params) ?? "") ?? 0;
  }

  async #expectNotice(recorded: RecordedMessage, step: Step): Promise<void> {
    const { method = "", params } = recorded;
    if (method.startsWith("process/")) return await this.#processes.expect(recorded);
    assertEquals((await this.#peer(step).notification(method)).params, params);
  }

  async #expectAnswer(method: string, recorded: RecordedMessage, step: Step): Promise<void> {
    const id = Number(recorded.id);
    const request = this.#requests.get(`${step.connection} ${id}`);
    assert(request !== undefined, `Nothing was asked under id ${id}`);
    const actual = await this.#takeAnswer(request, recorded, this.#peer(step));
    const refusal = this.#options.refusals.find((refusal) => refusal.method === method);
    if (refusal !== undefined) {
      return assertEquals(actual.error?.code, refusal.code, `no longer needed: ${refusal.why}`);
    }
    if (this.#options.eitherWay.includes(id)) return assertEquals(actual.error, undefined);
    if (method === "process/read") return this.#compareRead(request, recorded, actual);
    compareAnswer(recorded, actual, { method, longer: this.#options.longerErrors });
    if (method !== "initialize") return;
    const [known, own] = [sessionIdIn(recorded), sessionIdIn(actual)];
    if (known === undefined || own === undefined) return;
    assertEquals(own, this.#sessions.get(known) ?? own, "session id");
    this.#sessions.set(known, own);
  }

  #compareRead(request: RecordedMessage, recorded: RecordedMessage, actual: Message): void {
    const processId = processIdOf(request.params) ?? "";
    const { afterSeq } = v.parse(reading, request.params);
    const { chunks } = compareRead(recorded, actual, afterSeq);
    for (const { seq } of chunks) this.#note(processId, seq);
    this.#processes.observeRead(processId, actual.result);
    const expected = toReadResult(recorded.result);
    // A process that goes on may have printed more by now. All of it is compared at its end.
    if (expected.exited) assertEquals(joined(chunks), joined(expected.chunks), "kept output");
  }

  /** Takes an answer. A resume right after a drop may come too early for the server: then the same
   * request is sent again, which is what the client does. */
  async #takeAnswer(
    request: RecordedMessage,
    recorded: RecordedMessage,
    peer: Peer,
  ): Promise<Message> {
    for (let attempt = 0; attempt < RESUME_ATTEMPTS; attempt++) {
      const actual = await peer.answer(Number(request.id));
      const isEarly = actual.error?.code === -32010 && recorded.error === undefined;
      if (!isEarly) return actual;
      peer.send(request);
    }
    throw new Error("The session stays attached after its connection was dropped");
  }
}

const numbered = v.looseObject({ seq: v.number(), chunk: v.optional(v.string()) });
const resuming = v.looseObject({ resumeSessionId: v.nullable(v.string()) });
const reading = v.looseObject({ afterSeq: v.number() });

function joined(chunks: readonly Chunk[]): string {
  return chunks.map(({ chunk }) => atob(chunk)).join("");
}

/** A step as a line of a recorded conversation, for what knows about processes. */
function toLine(step: Step): GoldenLine[] {
  if (step.kind !== "send" && step.kind !== "answer" && step.kind !== "notice") return [];
  const direction = step.kind === "send" ? "c2s" : "s2c";
  const { row: line, message } = step;
  return [{ kind: "message", direction, connection: String(step.connection), line, message }];
}
