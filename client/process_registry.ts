/** The processes of one client: takes each notification to its own, and tidies up after failures. @module */

import type { Notification } from "../protocol/message.ts";
import type { ReadParams, ReadResult } from "../protocol/methods/process.ts";
import type { TerminateParams, TerminateResult } from "../protocol/methods/process_control.ts";
import type { Caller } from "./caller.ts";
import type { FollowOptions } from "./event_order.ts";
import { ExecServerError } from "./errors.ts";
import { decodeProcessNotification } from "./process_events.ts";
import { type FeedOwner, ProcessFeed } from "./process_feed.ts";

/** Processes that are read at once after a reconnect: far fewer than a connection has places. */
const CATCH_UP_READS = 64;

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
   * Makes room for a process that is about to be started, or attached to.
   * @throws {ExecServerError} `processIdInUse`
   */
  open(processId: string, options: FollowOptions = {}): ProcessFeed {
    if (this.#feeds.has(processId)) {
      const verb = options.toleratesGaps === true ? "follow" : "start";
      const text = `Cannot ${verb} process "${processId}": another one of this client has the id`;
      throw new ExecServerError("processIdInUse", text);
    }
    const feed = new ProcessFeed(processId, this, options);
    this.#feeds.set(processId, feed);
    return feed;
  }

  /** Gives up a process that may or may not start: when it did, it is ended, or detached from. */
  abandon(feed: ProcessFeed, answer: Promise<unknown>): void {
    this.#forget(feed);
    const end = () => this.#endQuietly(feed);
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

  /** Forgets an alias, unless another process has it by now; the process behind it goes on. */
  async detach(feed: ProcessFeed): Promise<void> {
    const { processId } = feed;
    this.#forget(feed);
    if (this.#feeds.has(processId)) return;
    const call = this.#caller.call("process/detach", { processId }, { isCleanUp: true });
    this.#cleanUp(call.then(() => {}, () => {}));
    await call;
  }

  /**
   * Reads over a new connection what was printed while there was none.
   * @throws {ExecServerError} when that connection is lost too
   */
  async catchUp(connection: Caller): Promise<void> {
    const read = (params: ReadParams) => connection.call("process/read", params);
    const started = [...this.#feeds.values()].filter((feed) => feed.isStarted).values();
    const readNext = async () => {
      for (const feed of started) await feed.catchUp(read);
    };
    await Promise.all(Array.from({ length: CATCH_UP_READS }, readNext));
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
    // A process must not fail because its client is busy.
    return this.#caller.call("process/read", params, { waitsForPlace: true });
  }

  acknowledge(processId: string, seq: number): void {
    this.#caller.notify("process/ack", { processId, seq });
  }

  onEnd(feed: ProcessFeed, failure: ExecServerError | undefined): void {
    const isKnown = this.#forget(feed);
    // Nobody can use a process whose events are lost, so it must not go on alone.
    if (isKnown && failure !== undefined && !this.#caller.isEnded) {
      void this.#endQuietly(feed);
    }
  }

  /** Returns whether it was known. */
  #forget(feed: ProcessFeed): boolean {
    return this.#feeds.get(feed.processId) === feed && this.#feeds.delete(feed.processId);
  }

  async #endQuietly(feed: ProcessFeed): Promise<void> {
    try {
      if (feed.toleratesGaps) await this.detach(feed);
      else await this.terminate({ processId: feed.processId });
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
