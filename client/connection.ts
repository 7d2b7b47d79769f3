/** One transport to a server: numbers calls, settles them, and hands notifications on. @module */

import { decode } from "../protocol/schema.ts";
import { errors } from "../protocol/errors.ts";
import {
  encodeCall,
  encodeError,
  encodeNotification,
  type ErrorResponse,
  type Notification,
  parseMessage,
  type Request,
  type RequestId,
  type Response,
} from "../protocol/message.ts";
import {
  type NotificationName,
  type NotificationParams,
  type Params,
  type RequestName,
  requests,
  type Result,
} from "../protocol/methods/mod.ts";
import { type Base64Text, joinBase64, type Transport } from "../protocol/transport/transport.ts";
import type { Caller, CallOptions } from "./caller.ts";
import { untilAborted } from "./deadline.ts";
import {
  closedError,
  disconnectedError,
  ExecServerError,
  protocolError,
  reasonOf,
  serverError,
} from "./errors.ts";

/** What the client needs of a transport; every `Transport` has it. */
export interface ClientTransport
  extends Pick<Transport, "peer" | "closed" | "receive" | "send" | "close" | "finish"> {
  /** Sends a message that is mostly base64 without making a string of it; where it can. */
  readonly sendBase64?: Transport["sendBase64"];
  /** Bytes that have come, also those of messages that are not complete; where that is known. */
  readonly receivedBytes?: number;
}

/**
 * Takes a notification in. A returned promise stops the connection from reading until it settles.
 * Throwing ends the connection: the server said something the protocol does not allow.
 */
export type NotificationHandler = (notification: Notification) => Promise<void> | undefined;

/** Calls that may wait for their answers at once. */
export const MAX_PENDING_CALLS = 1024;

/** How a call is made over one connection. */
export interface SendOptions extends CallOptions {
  /** Told when it is written: before that, it certainly has no effect. */
  readonly onSent?: () => void;
}

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface WaitingCall {
  readonly send: () => void;
  readonly reject: (error: unknown) => void;
}

/** Makes calls over a transport. Every pending and later call fails with one error once it ended. */
export class Connection implements Caller {
  /**
   * Settles once the connection has ended, with the error that every call then fails with: kind
   * `closed` when this side ended it, else `disconnected` or `protocol`. Never rejects.
   */
  readonly ended: Promise<ExecServerError>;
  readonly #transport: ClientTransport;
  readonly #onNotification: NotificationHandler;
  readonly #pending = new Map<RequestId, PendingCall>();
  /** Calls without a place, in order. */
  #waiting: WaitingCall[] = [];
  readonly #resolveEnded: (error: ExecServerError) => void;
  #lastId = 0;
  #receivedMessages = 0;
  #isHolding = false;
  #error: ExecServerError | undefined;

  /** Takes over a transport and begins to read from it. */
  constructor(transport: ClientTransport, onNotification: NotificationHandler) {
    const { promise, resolve } = Promise.withResolvers<ExecServerError>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#transport = transport;
    this.#onNotification = onNotification;
    void this.#pump();
  }

  /** Names the server in errors. */
  get peer(): string {
    return this.#transport.peer;
  }

  /** Whether the connection can no longer be used. */
  get isEnded(): boolean {
    return this.#error !== undefined;
  }

  /**
   * Makes a call.
   * @throws {ExecServerError} `server` when it is refused, `protocol` when its result makes no
   * sense, `limit` when all places are taken and it does not wait for one, or the error the connection ended with
   */
  async call<M extends RequestName>(
    method: M,
    params: Params<M>,
    options: SendOptions = {},
  ): Promise<Result<M>> {
    const result = await this.#send(method, params, options);
    try {
      return decode(requests[method].result, result);
    } catch (error) {
      throw protocolError(`bad result of \`${method}\`: ${reasonOf(error)}`, error);
    }
  }

  /** Sends a notification; dropped when the connection has ended. */
  notify<M extends NotificationName>(method: M, params: NotificationParams<M>): void {
    this.#transport.send(encodeNotification(method, params));
  }

  /** Grows with everything that comes: bytes, or messages where bytes cannot be counted. */
  get received(): number {
    return this.#transport.receivedBytes ?? this.#receivedMessages;
  }

  /** Whether this side reads nothing at the moment, because a reader is slow. */
  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** Takes the connection for dead: it ends as if the other side had closed it. */
  abandon(reason: string): void {
    this.#transport.close(reason);
  }

  /** Ends the connection after what was sent has left; settles when the transport is gone. */
  async close(): Promise<void> {
    this.#fail(closedError());
    await this.#transport.finish("the client closed the connection");
  }

  #send(method: string, params: unknown, options: SendOptions): Promise<unknown> {
    const { signal, isCleanUp, waitsForPlace, onSent } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#error !== undefined) return Promise.reject(this.#error);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = ++this.#lastId;
    const text = encodeCall(id, method, params);
    const send = () => {
      if (signal?.aborted) return;
      // Registered before it is sent: the answer may come within this very call.
      this.#pending.set(id, { resolve, reject });
      onSent?.();
      sendText(this.#transport, text);
    };
    if (this.#pending.size < MAX_PENDING_CALLS + (isCleanUp ? 1 : 0)) send();
    else if (waitsForPlace) this.#waiting.push({ send, reject });
    else {
      const text = `exec-server has reached its limit of ${MAX_PENDING_CALLS} pending requests`;
      reject(new ExecServerError("limit", text));
    }
    // The call keeps its place until it is answered, whoever still waits for it.
    return untilAborted(promise, signal);
  }

  /** Sends what waits, before a later call can take the place. */
  #sendWaiting(): void {
    while (this.#pending.size < MAX_PENDING_CALLS) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      call.send();
    }
  }

  async #pump(): Promise<void> {
    for (;;) {
      const text = await this.#transport.receive();
      if (text === undefined || this.#error !== undefined) break;
      this.#receivedMessages++;
      try {
        const pause = this.#accept(text);
        if (pause !== undefined) await this.#hold(pause);
      } catch (error) {
        const failure = protocolError(reasonOf(error), error);
        this.#fail(failure);
        this.#transport.close(failure.message);
        return;
      }
    }
    this.#fail(disconnectedError(await this.#transport.closed));
  }

  async #hold(pause: Promise<void>): Promise<void> {
    this.#isHolding = true;
    // A socket that nobody reads tells of its end only when something is written to it.
    await Promise.race([pause, this.ended, this.#transport.closed]);
    this.#isHolding = false;
  }

  #accept(text: string): Promise<void> | undefined {
    const message = parseMessage(text);
    switch (message.kind) {
      case "notification":
        return this.#onNotification(message);
      case "request":
        this.#refuse(message);
        return undefined;
      case "response":
      case "error":
        this.#settle(message);
        return undefined;
    }
  }

  #settle(message: Response | ErrorResponse): void {
    const call = this.#pending.get(message.id);
    // An answer to an unknown id is harmless; the answer to a malformed message has the id -1.
    if (call === undefined) return;
    this.#pending.delete(message.id);
    if (message.kind === "response") call.resolve(message.result);
    else call.reject(serverError(message));
    this.#sendWaiting();
  }

  #refuse(request: Request): void {
    const message = `exec-server client does not implement \`${request.method}\` yet`;
    const { code } = errors.methodNotFound;
    this.#transport.send(encodeError(request.id, { code, message }));
  }

  #fail(error: ExecServerError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    for (const call of [...this.#pending.values(), ...this.#waiting]) call.reject(error);
    this.#pending.clear();
    this.#waiting = [];
    this.#resolveEnded(error);
  }
}

function sendText(transport: ClientTransport, text: string | Base64Text): void {
  if (typeof text === "string") transport.send(text);
  else if (transport.sendBase64 === undefined) transport.send(joinBase64(text));
  else transport.sendBase64(text);
}
