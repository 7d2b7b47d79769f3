/** What arrived from a server and was not looked at yet; tests take from it by description. @module */
import { PATIENCE_MS, within } from "./deadline.ts";
import { describe, type Message } from "./message.ts";

/** How a connection ended. */
export interface Ending {
  /** WebSocket close code (1006: without a close frame), or 0 for end of a byte stream. */
  readonly code: number;
}

interface Waiter {
  readonly matches: (message: Message) => boolean;
  readonly resolve: (message: Message) => void;
  readonly reject: (reason: Error) => void;
}

/** Messages in arrival order. */
export class Inbox {
  readonly #waiting: Message[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #observers: ((message: Message) => void)[] = [];
  readonly #ended = Promise.withResolvers<Ending>();
  #ending: Ending | undefined;

  /** Settles when the connection is gone. */
  get ended(): Promise<Ending> {
    return this.#ended.promise;
  }

  /** Whether the connection is gone. */
  get isEnded(): boolean {
    return this.#ending !== undefined;
  }

  /** Everything that arrived and was not taken. */
  get untaken(): readonly Message[] {
    return this.#waiting;
  }

  /** Calls `observer` for each message from now on, taken or not. */
  observe(observer: (message: Message) => void): void {
    this.#observers.push(observer);
  }

  /** Adds a message; the wire calls this. */
  push(message: Message): void {
    for (const observer of this.#observers) observer(message);
    const index = this.#waiters.findIndex((waiter) => waiter.matches(message));
    if (index < 0) {
      this.#waiting.push(message);
      return;
    }
    const [waiter] = this.#waiters.splice(index, 1);
    waiter?.resolve(message);
  }

  /** Notes the end of the connection; the wire calls this. Later calls change nothing. */
  end(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#ended.resolve(ending);
    for (const waiter of this.#waiters.splice(0)) {
      waiter.reject(new Error(`The connection ended (${ending.code})`));
    }
  }

  /** Takes the first message that matches, waiting for it if need be.
   * @param label what is awaited, for the message of a failure */
  async take(
    matches: (message: Message) => boolean,
    label: string,
    limitMs: number = PATIENCE_MS,
  ): Promise<Message> {
    const index = this.#waiting.findIndex(matches);
    const [found] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (found !== undefined) return found;
    if (this.#ending !== undefined) {
      throw new Error(`The connection ended (${this.#ending.code}) before ${label}`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    this.#waiters.push({ matches, resolve, reject });
    try {
      return await within(promise, label, limitMs);
    } catch (cause) {
      const last = this.#waiting.slice(-5).map(describe).join("\n  ");
      throw new Error(`Got no ${label}; untaken messages:\n  ${last}`, { cause });
    }
  }
}
