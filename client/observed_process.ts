/** A handle on a process that another session runs: to be read, and nothing else. @module */

import type { ReadParams, ReadResult } from "../protocol/methods/process.ts";
import type { AttachResult } from "../protocol/methods/process_attach.ts";
import { ExecServerError, outputLostError } from "./errors.ts";
import type { EventCursor } from "./event_cursor.ts";
import type { GapEvent, ObservedEvent } from "./process_events.ts";
import type { ExitStatus, ProcessFeed } from "./process_feed.ts";
import type { ProcessRegistry } from "./process_registry.ts";
import { eventsOf, outputStreamOf } from "./process_streams.ts";
import type { Session } from "./session.ts";

/** Which process to attach to. */
export type ProcessTarget =
  /** By the public name of its session, as `ExecServerClient.processes` tells it. */
  | { readonly session: string; readonly processId: string }
  /** By the secret of its session, whoever owns it. */
  | { readonly sessionId: string; readonly processId: string };

/** How to attach. */
export interface AttachOptions {
  /** Number of the last event that is not wanted; 0, for everything, by default. */
  readonly afterSeq?: number;
  /** The alias, unique in this session; a random one by default. */
  readonly processId?: string;
  /** Gives up attaching. */
  readonly signal?: AbortSignal;
}

/** What a handle is made of. */
export interface ObservedParts {
  /** What came and comes from the process. */
  readonly feed: ProcessFeed;
  /** What it was attached to by. */
  readonly target: ProcessTarget;
  /** The answer to `process/attach`. */
  readonly attached: AttachResult;
  /** Reads, and detaches. */
  readonly processes: Pick<ProcessRegistry, "read" | "detach">;
  /** Knows whether there is a connection. */
  readonly session: Pick<Session, "whileConnected">;
}

/**
 * One process of another session. Whoever observes never holds it up, so a reader that is too slow,
 * or comes late, misses something; it is always told what, by an event of type `gap`.
 *
 * ```ts
 * import type { ExecServerClient } from "./client.ts";
 *
 * async function follow(client: ExecServerClient, processId: string): Promise<number> {
 *   const found = (await client.processes()).processes.find((it) => it.processId === processId);
 *   if (found === undefined) throw new Error(`Nobody runs ${processId}`);
 *   await using process = await client.attach(found);
 *   for await (const event of process.events()) {
 *     if (event.type === "gap") console.log(`events ${event.from} to ${event.to} are lost`);
 *     if (event.type === "output") console.log(event.stream, event.chunk.byteLength);
 *   }
 *   return (await process.status).exitCode;
 * }
 * ```
 */
export class ObservedProcess implements AsyncDisposable {
  /** The alias by which this session knows it. */
  readonly processId: string;
  /** What was known when it was attached to: its place, its command, the numbers that were kept. */
  readonly facts: AttachResult;
  /** Its id in its own session. */
  readonly targetId: string;
  readonly #feed: ProcessFeed;
  readonly #processes: ObservedParts["processes"];
  readonly #session: ObservedParts["session"];
  #detached: Promise<void> | undefined;
  #outputs: readonly [EventCursor, EventCursor] | undefined;
  #stdout: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #stderr: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;

  /** Made by `ExecServerClient.attach`. */
  constructor({ feed, target, attached, processes, session }: ObservedParts) {
    this.processId = feed.processId;
    this.facts = attached;
    this.targetId = target.processId;
    this.#feed = feed;
    this.#processes = processes;
    this.#session = session;
  }

  /** Whether what was asked for was partly forgotten already; `events()` says which part. */
  get beginsWithGap(): boolean {
    return this.facts.firstSeq > this.#feed.afterSeq + 1;
  }

  /** Settles when the program has ended, though what it left running may still print. */
  get exit(): Promise<ExitStatus> {
    return this.#feed.exit;
  }

  /** Settles when the program and all its output have ended. */
  get status(): Promise<ExitStatus> {
    return this.#feed.status;
  }

  /**
   * Standard output, or the terminal, from the oldest that is kept. Fails with kind `outputLost`
   * where something is missing later. Use it together with `stderr`, or instead of `events()`.
   */
  get stdout(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#outputs ??= this.#feed.streamCursors();
    return this.#stdout ??= outputStreamOf(this.#outputs[0].take(), this.#onGap());
  }

  /** Standard error; empty for a process in a terminal. */
  get stderr(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#outputs ??= this.#feed.streamCursors();
    return this.#stderr ??= outputStreamOf(this.#outputs[1].take(), this.#onGap());
  }

  /**
   * Output, exit, close and gaps, in order, each once; ends after `closed`.
   * @throws {ExecServerError} while iterating: `disconnected`, `processLost`, `closed` after
   * `detach()`, …
   */
  events(): AsyncIterableIterator<ObservedEvent> {
    // Taken now, not at the first `next`: nothing that happens in between may be missed.
    return eventsOf(this.#feed.cursor(), isAny);
  }

  /** Asks the server for output it keeps; no other reader notices. */
  read(params: Omit<ReadParams, "processId"> = {}): Promise<ReadResult> {
    return this.#processes.read({ processId: this.processId, ...params });
  }

  /**
   * Stops following it; the process does not notice. What still reads its events fails with kind
   * `closed`. Harmless when it was done before.
   */
  detach(): Promise<void> {
    if (this.#detached === undefined) {
      const text = `This client has detached from process "${this.targetId}"`;
      this.#detached = this.#processes.detach(this.#feed);
      this.#feed.fail(new ExecServerError("closed", text));
    }
    return this.#detached;
  }

  /** Detaches; waits for the answer only while there is a connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.whileConnected(this.detach().catch(() => {}));
  }

  /** What is missing at the beginning is known beforehand, and no surprise. */
  #onGap(): (gap: GapEvent) => void {
    return ({ from, to }) => {
      if (from > this.#feed.afterSeq + 1) throw outputLostError(this.targetId, [{ from, to }]);
    };
  }
}

function isAny(_event: ObservedEvent): _event is ObservedEvent {
  return true;
}
