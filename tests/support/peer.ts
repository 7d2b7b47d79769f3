/** A raw protocol peer for tests: sends what it is told, checks nothing by itself. @module */
import type { Ending } from "./inbox.ts";
import { within } from "./deadline.ts";
import { describe, type Failure, type Message } from "./message.ts";
import type { Wire } from "./wire.ts";

/** Settings of a handshake. */
export interface HandshakeOptions {
  /** The detached session to take over. */
  readonly resumeSessionId?: string;
}

/** One connection to a server, by hand. */
export class Peer<W extends Wire = Wire> implements AsyncDisposable {
  /** The channel below. */
  readonly wire: W;
  /** The server's working directory, for paths in requests. */
  readonly root: string;
  #lastId = 0;

  /** Speaks over `wire` to a server whose working directory is `root`. */
  constructor(wire: W, root: string) {
    this.wire = wire;
    this.root = root;
  }

  /** Settles when the connection is gone. */
  get ended(): Promise<Ending> {
    return this.wire.inbox.ended;
  }

  /** Sends one value as JSON. */
  send(message: unknown): void {
    this.wire.sendText(JSON.stringify(message));
  }

  /** Sends a request without waiting.
   * @returns its id */
  post(method: string, params?: unknown): number {
    const id = ++this.#lastId;
    this.send({ id, method, params });
    return id;
  }

  /** Takes the answer to `id`. */
  answer(id: string | number, limitMs?: number): Promise<Message> {
    const matches = (message: Message) => message.id === id && message.method === undefined;
    return this.wire.inbox.take(matches, `answer to request ${id}`, limitMs);
  }

  /** Sends a request and takes its answer, good or bad. */
  request(method: string, params?: unknown, limitMs?: number): Promise<Message> {
    return this.answer(this.post(method, params), limitMs);
  }

  /** Sends a request that must succeed.
   * @returns its result */
  async call(method: string, params?: unknown, limitMs?: number): Promise<unknown> {
    const message = await this.request(method, params, limitMs);
    if (message.error !== undefined) throw new Error(`${method} failed: ${describe(message)}`);
    return message.result;
  }

  /** Sends a request that must be refused.
   * @returns the error */
  async refused(method: string, params?: unknown): Promise<Failure> {
    const message = await this.request(method, params);
    if (message.error === undefined) throw new Error(`${method} succeeded: ${describe(message)}`);
    return message.error;
  }

  /** Sends text as it is and takes the answer to a message that could not be read (`id: -1`). */
  async malformed(text: string): Promise<Failure> {
    this.wire.sendText(text);
    const message = await this.answer(-1);
    if (message.error === undefined) throw new Error(`No error: ${describe(message)}`);
    return message.error;
  }

  /** Takes the next notification of this name that fits. */
  notification(
    method: string,
    fits: (params: Readonly<Record<string, unknown>>) => boolean = () => true,
    limitMs?: number,
  ): Promise<Message> {
    const matches = (message: Message) =>
      message.id === undefined && message.method === method && fits(message.params ?? {});
    return this.wire.inbox.take(matches, `notification ${method}`, limitMs);
  }

  /** Performs `initialize` and sends `initialized`.
   * @returns the session's id */
  async handshake(options: HandshakeOptions = {}): Promise<string> {
    const sessionId = await this.initialize(options);
    this.send({ method: "initialized" });
    return sessionId;
  }

  /** Performs `initialize` only.
   * @returns the session's id */
  async initialize(options: HandshakeOptions = {}): Promise<string> {
    const result = await this.call("initialize", { clientName: "tests", ...options });
    return sessionIdOf(result);
  }

  /** Proves that the connection still serves. */
  async proveOpen(): Promise<void> {
    const method = "no/such/method";
    const failure = await this.refused(method);
    if (failure.code !== -32601) throw new Error(`Got ${failure.code} from ${method}`);
  }

  /** Waits for the server to hang up.
   * @returns how it did */
  hangUp(): Promise<Ending> {
    return within(this.ended, "the server to drop the connection");
  }

  /** Drops the connection. */
  async drop(): Promise<void> {
    await this.wire.drop();
  }

  /** Drops the connection unless it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.wire.drop();
  }
}

/** The `sessionId` member of an `initialize` result. */
export function sessionIdOf(result: unknown): string {
  if (typeof result === "object" && result !== null && "sessionId" in result) {
    if (typeof result.sessionId === "string") return result.sessionId;
  }
  throw new Error(`No sessionId in ${JSON.stringify(result)}`);
}
