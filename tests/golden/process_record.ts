/** What a recording says about its processes, and whether the server's notifications agree. @module */
import { assert, assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import { decodeMessage, type Message } from "../support/message.ts";
import { type ProcessEvent, toProcessEvent } from "../support/process_events.ts";
import type { GoldenLine, RecordedMessage } from "./golden.ts";
import { Ledger } from "./ledger.ts";

/** The recorded and the actual events of all processes of a conversation. */
export class ProcessRecord {
  readonly #expected: ReadonlyMap<string, Ledger>;
  readonly #actual = new Map<string, Ledger>();
  /** The recording leaves output out, so only numbers and the exit are compared. */
  readonly #isElided: boolean;
  #changed = Promise.withResolvers<void>();

  /** Collects what `lines` say. */
  constructor(lines: readonly GoldenLine[]) {
    this.#expected = recordedLedgers(lines);
    this.#isElided = lines.some((line) =>
      line.kind === "elided" && line.words.includes("process/output")
    );
  }

  /** Notes a message from the server. */
  observe(message: Message): void {
    const processId = processIdOf(message.params);
    const event = processId === undefined ? undefined : toProcessEvent(message, processId);
    if (processId === undefined || event === undefined) return;
    this.#ledger(processId).add(event);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  /** Notes the chunks of a `process/read` result: after a reconnect they are the only source. */
  observeRead(processId: string, result: unknown): void {
    this.#ledger(processId).addRead(result);
  }

  /** Whether all events of a process came. */
  isComplete(processId: string): boolean {
    return this.#actual.get(processId)?.isComplete() ?? false;
  }

  /** Waits for what a recorded notification says, and compares. */
  async expect(recorded: RecordedMessage): Promise<void> {
    const message = decodeMessage(JSON.stringify(recorded));
    const processId = processIdOf(message.params) ?? "";
    const event = toProcessEvent(message, processId);
    const expected = this.#expected.get(processId);
    if (event === undefined || expected === undefined) {
      throw new Error("Got an unknown notification");
    }
    await this.#expectEvent(event, expected, this.#ledger(processId));
  }

  async #expectEvent(event: ProcessEvent, expected: Ledger, actual: Ledger): Promise<void> {
    switch (event.kind) {
      case "output": {
        const wanted = expected.stream(event.stream, event.seq + 1);
        const isThere = () => actual.stream(event.stream).length >= wanted.length;
        await this.#until(() => isThere() || actual.isComplete(), "output");
        return assertEquals(actual.stream(event.stream).slice(0, wanted.length), wanted);
      }
      case "exited": {
        await this.#until(() => actual.find("exited") !== undefined, "exited");
        return assertEquals({ ...actual.find("exited"), seq: 0 }, { ...event, seq: 0 });
      }
      case "closed":
        await this.#until(() => actual.isComplete(), "closed");
        if (!this.#isElided) compareStreams(actual, expected);
    }
  }

  async #until(condition: () => boolean, label: string): Promise<void> {
    while (!condition()) await within(this.#changed.promise, label);
  }

  #ledger(processId: string): Ledger {
    const ledger = this.#actual.get(processId) ?? new Ledger();
    this.#actual.set(processId, ledger);
    return ledger;
  }
}

/** The `processId` member of parameters. */
export function processIdOf(params: unknown): string | undefined {
  if (typeof params !== "object" || params === null || !("processId" in params)) return undefined;
  return typeof params.processId === "string" ? params.processId : undefined;
}

/** Both streams are equal, and what was recorded after the exit did not come before it. The exit may
 * come earlier than recorded: it does not wait for output. */
function compareStreams(actual: Ledger, expected: Ledger): void {
  for (const name of ["stdout", "stderr"]) {
    assertEquals(actual.stream(name), expected.stream(name), name);
    const before = actual.stream(name, actual.find("exited")?.seq);
    const recorded = expected.stream(name, expected.find("exited")?.seq);
    assert(before.length <= recorded.length, `${name}: output came too early before the exit`);
  }
}

function recordedLedgers(lines: readonly GoldenLine[]): ReadonlyMap<string, Ledger> {
  const ledgers = new Map<string, Ledger>();
  const readFrom = new Map<string, string>();
  for (const line of lines) {
    if (line.kind !== "message") continue;
    const { connection, message } = line;
    const request = `${connection} ${message.id}`;
    const processId = processIdOf(message.params);
    if (message.method === "process/read") readFrom.set(request, processId ?? "");
    else if (line.direction === "s2c") note(message, processId ?? readFrom.get(request));
  }
  return ledgers;

  function note(message: RecordedMessage, processId: string | undefined): void {
    if (processId === undefined || message.error !== undefined) return;
    const ledger = ledgers.get(processId) ?? new Ledger();
    ledgers.set(processId, ledger);
    const event = toProcessEvent(decodeMessage(JSON.stringify(message)), processId);
    if (event !== undefined) ledger.add(event);
    else if (message.result !== undefined) ledger.addRead(message.result);
  }
}
