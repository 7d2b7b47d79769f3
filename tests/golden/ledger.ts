/** The numbered events of one process, put together from notifications and reads. @module */
import { toReadResult } from "../support/process_calls.ts";
import type { ProcessEvent } from "../support/process_events.ts";

/** What is known of one process. Chunk boundaries do not matter: only each stream's bytes do. */
export class Ledger {
  readonly #events = new Map<number, ProcessEvent>();

  /** Adds an event; one that is known already must be the same. */
  add(event: ProcessEvent): void {
    const known = this.#events.get(event.seq);
    if (known === undefined) {
      this.#events.set(event.seq, event);
    } else if (JSON.stringify(pick(known)) !== JSON.stringify(pick(event))) {
      throw new Error(`Number ${event.seq} came twice, differently`);
    }
  }

  /** Adds the chunks of a `process/read` result. */
  addRead(result: unknown): void {
    for (const chunk of toReadResult(result).chunks) this.add({ kind: "output", ...chunk });
  }

  /** The event of this kind, if it is known. */
  find<K extends ProcessEvent["kind"]>(
    kind: K,
  ): Extract<ProcessEvent, { kind: K }> | undefined {
    for (const event of this.#events.values()) {
      if (isKind(event, kind)) return event;
    }
    return undefined;
  }

  /** The bytes of a stream, as a string of char codes, in order of number up to the first gap.
   * @param beforeSeq count only events with a lower number */
  stream(name: string, beforeSeq: number = Infinity): string {
    let bytes = "";
    for (let seq = 1; seq < beforeSeq; seq++) {
      const event = this.#events.get(seq);
      if (event === undefined) break;
      if (event.kind === "output" && event.stream === name) bytes += atob(event.chunk);
    }
    return bytes;
  }

  /** Whether every number from 1 to that of `closed` is known, and none above. */
  isComplete(): boolean {
    return this.find("closed")?.seq === this.#events.size;
  }
}

function isKind<K extends ProcessEvent["kind"]>(
  event: ProcessEvent,
  kind: K,
): event is Extract<ProcessEvent, { kind: K }> {
  return event.kind === kind;
}

/** The members that must agree between a notification and a read of the same number. */
function pick(event: ProcessEvent): unknown {
  return event.kind === "output" ? [event.kind, event.stream, event.chunk] : [event.kind];
}
