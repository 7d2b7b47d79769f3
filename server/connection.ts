/** One client's connection: reads requests, has them served side by side, writes answers. @module */

import type { Clock } from "../protocol/clock.ts";
import { RpcError } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import {
  encodeError,
  MalformedMessage,
  type Message,
  type Notification,
  parseMessage,
  type Request,
  type RequestId,
} from "../protocol/message.ts";
import { isRequestName, requests } from "../protocol/methods/mod.ts";
import { decode } from "../protocol/schema.ts";
import type { Transport } from "../protocol/transport/transport.ts";
import { AnswerGate } from "./answer_gate.ts";
import type { Call } from "./call.ts";
import { answer, type Phase, requireServed, serveRequest } from "./dispatch.ts";
import { Lanes } from "./lanes.ts";
import type { Log } from "./log.ts";
import type { Machine } from "./machine.ts";
import { initialize } from "./session/initialize.ts";
import type { Session } from "./session/session.ts";
import type { SessionStore } from "./session/session_store.ts";

/** A peer broke the protocol in a way that only ending the connection answers. */
class ProtocolViolation extends Error {
  override readonly name = "ProtocolViolation";
}

/** What the connections of one server share. */
export interface ConnectionHost {
  /** Requests served at once per lane. */
  readonly concurrentRequests: number;
  /** Where time comes from. */
  readonly clock: Clock;
  /** The machine to work on. */
  readonly machine: Machine;
  /** Where debug lines go. */
  readonly log: Log;
  /** Every session of the server. */
  readonly sessions: SessionStore;
}

/** Serves one transport until it ends, then detaches its session. */
export class Connection {
  readonly #transport: Transport;
  readonly #host: ConnectionHost;
  readonly #lanes: Lanes;
  readonly #gone = new AbortController();
  #phase: Phase = "new";
  #session: Session | undefined;
  #call: Call | undefined;

  constructor(transport: Transport, host: ConnectionHost) {
    this.#transport = transport;
    this.#host = host;
    this.#lanes = new Lanes(host.concurrentRequests);
  }

  /** Settles when the connection has ended. Never rejects. */
  async serve(): Promise<void> {
    // Detached the moment the transport ends, so that a client coming back is not told to wait.
    const ended = this.#transport.closed.then((reason) => this.#end(reason));
    try {
      await this.#readMessages();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#transport.close(reason);
    }
    await ended;
  }

  #end(reason: string): void {
    this.#host.log("rpc", () => `connection ended: ${reason}`);
    this.#gone.abort();
    if (this.#session !== undefined) this.#host.sessions.detach(this.#session);
  }

  async #readMessages(): Promise<void> {
    for (;;) {
      const text = await this.#transport.receive();
      if (text === undefined) return;
      this.#take(text);
      // A client that asks faster than it reads, or than we can work, has to wait.
      if (this.#transport.queuedBytes > limits.readHighWaterBytes) await this.#transport.drained();
      await this.#lanes.room();
    }
  }

  #take(text: string): void {
    const message = this.#parse(text);
    if (message === undefined) return;
    switch (message.kind) {
      case "request":
        return this.#request(message, text.length);
      case "notification":
        return this.#notification(message);
      case "response":
      case "error":
        throw new ProtocolViolation("The peer answered a request that was never made");
    }
  }

  #parse(text: string): Message | undefined {
    try {
      return parseMessage(text);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      const message = this.#transport.malformedPrefix + error.message;
      this.#transport.send(encodeError(-1, new RpcError("malformedMessage", message)));
      return undefined;
    }
  }

  #notification({ method }: Notification): void {
    if (method !== "initialized") {
      throw new ProtocolViolation(`The peer sent the unknown notification \`${method}\``);
    }
    if (this.#phase === "new") {
      throw new ProtocolViolation("The peer sent `initialized` before `initialize`");
    }
    this.#phase = "ready";
  }

  /** Begins at once when there is a free place, so that requests begin in order of arrival. */
  #request(request: Request, bytes: number): void {
    const { log } = this.#host;
    const { method, id } = request;
    const isKnown = isRequestName(method);
    // An unknown name is quoted: it could hold a line break and forge a line.
    log("rpc", () => `${isKnown ? method : JSON.stringify(method)} ${nameOf(id)}`);
    const lane = isKnown ? requests[method].lane : "control";
    const place = this.#lanes.enter(lane, bytes);
    const leave = () => this.#lanes.leave(lane, bytes);
    if (place === undefined) this.#answer(request, leave);
    else void place.then(() => this.#answerLate(request, leave));
  }

  /** What still waited when the connection ended is not begun: nobody would see its answer. */
  #answerLate(request: Request, leave: () => void): void {
    if (this.#gone.signal.aborted) leave();
    else this.#answer(request, leave);
  }

  /** The place is free again once the answer is sent, so that serial answers keep their order. */
  #answer(request: Request, leave: () => void): void {
    const send = (text: string) => this.#transport.send(text);
    const { log } = this.#host;
    const sent = answer(request, { serve: () => this.#serve(request), send, log });
    if (sent === undefined) leave();
    else void sent.then(leave);
  }

  #serve({ method: name, params }: Request): unknown {
    const method = requireServed(name);
    if (method === "initialize") return this.#initialize(params);
    return serveRequest(method, params, { phase: this.#phase, call: this.#call });
  }

  #initialize(raw: unknown): unknown {
    const params = decode(requests["initialize"].params, raw ?? null);
    if (this.#phase !== "new") {
      throw new RpcError("outOfPhase", "initialize may only be sent once per connection");
    }
    const { sessions, machine, clock } = this.#host;
    const session = initialize(params, { sessions, transport: this.#transport });
    this.#session = session;
    // The transport may have ended while this very message was on its way through.
    if (this.#gone.signal.aborted) sessions.detach(session);
    this.#phase = "initialized";
    const wantsExtensions = params.extensions ?? false;
    const { signal } = this.#gone;
    const gate = new AnswerGate(this.#transport, clock);
    const roomToAnswer = (bytes: number) => gate.enter(bytes);
    this.#call = { session, machine, clock, wantsExtensions, signal, roomToAnswer };
    return { sessionId: session.id, environmentInfo: machine.info };
  }
}

function nameOf(id: RequestId): string {
  return typeof id === "string" ? JSON.stringify(id) : String(id);
}
