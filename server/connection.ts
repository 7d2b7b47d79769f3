/** One client's connection: reads requests, has them served side by side, writes answers. @module */

import type { Clock } from "../protocol/clock.ts";
import { RpcError } from "../protocol/errors.ts";
import { limits } from "../protocol/limits.ts";
import {
  encodeError,
  encodeNotification,
  MalformedMessage,
  type Message,
  type Notification,
  parseMessage,
  type Request,
  type RequestId,
} from "../protocol/message.ts";
import { isRequestName, notifications, requests } from "../protocol/methods/mod.ts";
import { decode } from "../protocol/schema.ts";
import { type Base64Text, textLength, type Transport } from "../protocol/transport/transport.ts";
import { AnswerGate, type AnswerRoom } from "./answer_gate.ts";
import type { Call } from "./call.ts";
import { answer, type Phase, requireServed, serveRequest } from "./dispatch.ts";
import { Holdings, type Notifier } from "./holdings.ts";
import { Lanes } from "./lanes.ts";
import type { Log } from "./log.ts";
import type { Machine } from "./machine.ts";
import { ack } from "./process/ack.ts";
import { initialize } from "./session/initialize.ts";
import type { Session } from "./session/session.ts";
import { LOCAL_OWNER } from "./session/session_facts.ts";
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
  readonly #owner: string;
  readonly #lanes: Lanes;
  readonly #gone = new AbortController();
  readonly #gate: AnswerGate;
  #holdings: Holdings | undefined;
  #phase: Phase = "new";
  #session: Session | undefined;
  /** Of every request, once there is a session. */
  #surroundings: Omit<Call, "roomToAnswer"> | undefined;

  /** @param principal who speaks over the transport, and owns the sessions that are opened by it */
  constructor(transport: Transport, host: ConnectionHost, principal: string = LOCAL_OWNER) {
    this.#transport = transport;
    this.#host = host;
    this.#owner = principal;
    this.#lanes = new Lanes(host.concurrentRequests);
    this.#gate = new AnswerGate(transport, host.clock);
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
    this.#holdings?.dispose();
    if (this.#session !== undefined) this.#host.sessions.detach(this.#session, this.#transport);
  }

  async #readMessages(): Promise<void> {
    for (;;) {
      const text = await this.#transport.receiveParts();
      if (text === undefined) return;
      this.#take(text);
      // A client that asks faster than it reads, or than we can work, has to wait.
      if (this.#transport.queuedBytes > limits.readHighWaterBytes) await this.#transport.drained();
      await this.#lanes.room();
    }
  }

  #take(text: string | Base64Text): void {
    const message = this.#parse(text);
    if (message === undefined) return;
    switch (message.kind) {
      case "request":
        return this.#request(message, textLength(text));
      case "notification":
        return this.#notification(message);
      case "response":
      case "error":
        throw new ProtocolViolation("The peer answered a request that was never made");
    }
  }

  #parse(text: string | Base64Text): Message | undefined {
    try {
      return parseMessage(text);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      const message = this.#transport.malformedPrefix + error.message;
      this.#transport.send(encodeError(-1, new RpcError("malformedMessage", message)));
      return undefined;
    }
  }

  #notification({ method, params }: Notification): void {
    if (method === "process/ack" && this.#phase === "ready" && this.#session !== undefined) {
      return ack(decode(notifications[method].params, params), this.#session);
    }
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
    const { log } = this.#host;
    const room = this.#gate.room();
    const serve = () => this.#serve(request, room);
    const sent = answer(request, { serve, to: this.#transport, log });
    const end = () => {
      room.leave();
      leave();
    };
    if (sent === undefined) end();
    else void sent.then(end);
  }

  #serve({ method: name, params }: Request, room: AnswerRoom): unknown {
    const method = requireServed(name);
    if (method === "initialize") return this.#initialize(params);
    const call = this.#surroundings === undefined
      ? undefined
      : { ...this.#surroundings, roomToAnswer: (bytes: number) => room.enter(bytes) };
    return serveRequest(method, params, { phase: this.#phase, call });
  }

  #initialize(raw: unknown): unknown {
    const params = decode(requests["initialize"].params, raw ?? null);
    if (this.#phase !== "new") {
      throw new RpcError("outOfPhase", "initialize may only be sent once per connection");
    }
    const { sessions, machine, clock } = this.#host;
    const owner = this.#owner;
    const session = initialize(params, { sessions, transport: this.#transport, owner });
    this.#session = session;
    // The transport may have ended while this very message was on its way through.
    if (this.#gone.signal.aborted) sessions.detach(session, this.#transport);
    this.#phase = "initialized";
    const wantsExtensions = params.extensions ?? false;
    const { signal } = this.#gone;
    const holdings = this.#holdings = new Holdings(wantsExtensions ? session.files : undefined);
    this.#surroundings = {
      session,
      sessions,
      machine,
      clock,
      wantsExtensions,
      signal,
      holdings,
      notifier: this.#notifier(),
    };
    return { sessionId: session.id, environmentInfo: machine.info };
  }

  #notifier(): Notifier {
    const transport = this.#transport;
    return {
      notify: (name, params) => transport.send(encodeNotification(name, params)),
      room: () =>
        transport.queuedBytes < limits.sendHighWaterBytes ? undefined : transport.drained(),
    };
  }
}

function nameOf(id: RequestId): string {
  return typeof id === "string" ? JSON.stringify(id) : String(id);
}
