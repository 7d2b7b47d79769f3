/** The processes of one client: takes each notification to its own, and tidies up after failures. @module */

import type { Notification } from "../protocol/message.ts";
import type { ReadParams, ReadResult } from "../protocol/methods/process.ts";
import type { TerminateParams, TerminateResult } from "../protocol/methods/process_control.ts";
import type { StartResult } from "../protocol/methods/process_start.ts";
import type { Caller } from "./caller.ts";
import { ExecServerError } from "./errors.ts";
import { decodeProcessNotification } from "./process_events.ts";
import { type FeedOwner, ProcessFeed } from "./process_feed.ts";

/** Knows every process from before its start until it has closed or failed. */
export class ProcessRegistry implements FeedOwner {
  readonly backpressure: boolean;
  readonly #caller: Caller;
  readonly #feeds = new Map<string, ProcessFeed>();
  readonly #cleanUps = new Set<Promise<void>>();

  /** @param backpressure whether a slow reader stops the connection */
  constructor(caller: Caller, backpressure: boolean) {
    this.#caller = caller;
    this.backpressure = backpressure;
    caller.ended.then((error) => this.#failAll(error));
  }

  /** Takes in a notification; returns a promise when the connection should stop reading. */
  accept(notification: Notification): Promise<void> | undefined {
    const decoded = decodeProcessNotification(notification);
    if (decoded === undefined) return undefined;
    return this.#feeds.get(decoded.processId)?.accept(decoded.event);
  }

  /**
   * Makes room for a process that is about to be started.
   * @throws {ExecServerError} `processIdInUse`
   */
  open(processId: string): ProcessFeed {
    if (this.#feeds.has(processId)) {
      const text = `Cannot start process "${processId}": another one of this client has the id`;
      throw new ExecServerError("processIdInUse", text);
    }
    const feed = new ProcessFeed(processId, this);
    this.#feeds.set(processId, feed);
    return feed;
  }

  /** Gives up a process that may or may not start: when it did, it is ended. */
  abandon(feed: ProcessFeed, answer: Promise<StartResult>): void {
    this.#forget(feed);
    const { processId } = feed;
    const end = () => this.#endQuietly(processId);
    // A start that was refused leaves nothing behind; one whose answer was lost may have happened.
    this.#cleanUp(answer.then(end, (error) => isAmbiguous(error) ? end() : undefined));
  }

  /**
   * Ends a process. Closing the client waits for the answer: a request that is still on its way
   * when the connection ends may be lost.
   */
  terminate(params: TerminateParams): Promise<TerminateResult> {
    const call = this.#caller.call("process/terminate", params, { isCleanUp: true });
    // Whoever asked for it hears of a failure; the wait for it is over either way.
    this.#cleanUp(call.then(() => {}, () => {}));
    return call;
  }

  /**
   * Reads over a new connection what was printed while there was none.
   * @throws {ExecServerError} when that connection is lost too
   */
  async catchUp(connection: Caller): Promise<void> {
    const read = (params: ReadParams) => connection.call("process/read", params);
    const started = [...this.#feeds.values()].filter((feed) => feed.isStarted);
    await Promise.all(started.map((feed) => feed.catchUp(read)));
  }

  /**
   * Tells over a new connection how far everything has arrived: acknowledgements that were lost, or
   * not sent while there was no connection, would hold programs back for ever.
   */
  acknowledgeAll(): void {
    for (const feed of this.#feeds.values()) feed.acknowledge();
  }

  /** Settles when nothing is left to tidy up. */
  async cleanedUp(): Promise<void> {
    await Promise.all(this.#cleanUps);
  }

  read(params: ReadParams): Promise<ReadResult> {
    return this.#caller.call("process/read", params);
  }

  acknowledge(processId: string, seq: number): void {
    this.#caller.notify("process/ack", { processId, seq });
  }

  onEnd(feed: ProcessFeed, failure: ExecServerError | undefined): void {
    this.#forget(feed);
    // Nobody can use a process whose events are lost, so it must not go on alone.
    if (failure !== undefined && !this.#caller.isEnded) {
      void this.#endQuietly(feed.processId);
    }
  }

  #forget(feed: ProcessFeed): void {
    if (this.#feeds.get(feed.processId) === feed) this.#feeds.delete(feed.processId);
  }

  async #endQuietly(processId: string): Promise<void> {
    try {
      await this.terminate({ processId });
    } catch {
      // It is a courtesy: without a connection the server ends the process by itself.
    }
  }

  #cleanUp(work: Promise<void>): void {
    this.#cleanUps.add(work);
    work.finally(() => this.#cleanUps.delete(work));
  }

  #failAll(error: ExecServerError): void {
    for (const feed of [...this.#feeds.values()]) feed.fail(error);
  }
}

function isAmbiguous(error: unknown): boolean {
  return error instanceof ExecServerError && error.kind === "disconnected";
}
