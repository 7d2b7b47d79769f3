/** Sessions by id: made, attached, detached, expired. @module */

import type { Clock, Timer } from "../../protocol/clock.ts";
import { RpcError } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Transport } from "../../protocol/transport/transport.ts";
import type { Log } from "../log.ts";
import { Session } from "./session.ts";

interface Entry {
  readonly session: Session;
  /** Runs while nobody is attached. */
  expiry: Timer | undefined;
}

/** Owns every session of the server. */
export class SessionStore {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Makes a session and attaches a connection to it. */
  open(transport: Transport): Session {
    // 122 random bits: knowing the id is the right to resume.
    const session = new Session(crypto.randomUUID(), this.#clock);
    session.attach(transport);
    this.#entries.set(session.id, { session, expiry: undefined });
    return session;
  }

  /**
   * Attaches a connection to a detached session.
   * @param takesOver whether it may be attached still: half of a connection can live on for long
   * after the other half is gone
   * @throws {RpcError} `unknownSession`, or `sessionAttached`: then a client waits until the server
   * has noticed the end of its old connection
   */
  resume(id: string, transport: Transport, takesOver: boolean = false): Session {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new RpcError("unknownSession", `unknown session id ${id}`);
    if (takesOver) entry.session.expel();
    if (entry.session.isAttached) {
      throw new RpcError(
        "sessionAttached",
        `session ${id} is already attached to another connection`,
      );
    }
    entry.expiry?.cancel();
    entry.expiry = undefined;
    entry.session.attach(transport);
    this.#log("session", () => "resumed");
    return entry.session;
  }

  /**
   * Detaches a session from a connection that has ended; unless it is resumed in time, its
   * processes end. Nothing happens when another connection has taken it over.
   */
  detach(session: Session, transport: Transport): void {
    const entry = this.#entries.get(session.id);
    if (entry === undefined || !session.isAttachedTo(transport)) return;
    session.detach();
    this.#log("session", () => "detached");
    entry.expiry = this.#clock.after(limits.detachedSessionMs, () => this.#expire(session));
  }

  /** Ends every session at once. */
  dispose(): void {
    for (const { session, expiry } of this.#entries.values()) {
      expiry?.cancel();
      session.dispose();
    }
    this.#entries.clear();
  }

  #expire(session: Session): void {
    this.#entries.delete(session.id);
    session.dispose();
    this.#log("session", () => "expired");
  }
}
