/** Sessions by id: made, attached, detached, expired. @module */

import type { Clock, Timer } from "../../protocol/clock.ts";
import { RpcError } from "../../protocol/errors.ts";
import { limits } from "../../protocol/limits.ts";
import type { Transport } from "../../protocol/transport/transport.ts";
import type { Log } from "../log.ts";
import { Session } from "./session.ts";
import { LOCAL_OWNER, randomName } from "./session_facts.ts";

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
  readonly #byName = new Map<string, Session>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Makes a session and attaches a connection to it.
   * @param owner principal of the connection
   */
  open(transport: Transport, owner: string = LOCAL_OWNER): Session {
    // 122 random bits: knowing the id is the right to resume.
    const facts = { owner, name: this.#freeName() };
    const session = new Session(crypto.randomUUID(), this.#clock, facts);
    session.attach(transport);
    this.#entries.set(session.id, { session, expiry: undefined });
    this.#byName.set(session.name, session);
    return session;
  }

  /** The sessions of an owner, in the order in which they were opened. */
  ownedBy(owner: string): Session[] {
    return [...this.#byName.values()].filter((session) => session.owner === owner);
  }

  /**
   * The session that an owner calls by its public name.
   * @throws {RpcError} `unknownSession`, also when it is another owner's
   */
  byName(name: string, owner: string): Session {
    const session = this.#byName.get(name);
    if (session?.owner === owner) return session;
    throw new RpcError("unknownSession", `unknown session ${name}`);
  }

  /**
   * The session whose secret this is, whoever owns it.
   * @throws {RpcError} `unknownSession`
   */
  bySecret(id: string): Session {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new RpcError("unknownSession", `unknown session id ${id}`);
    return entry.session;
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
    this.#byName.clear();
  }

  #expire(session: Session): void {
    this.#entries.delete(session.id);
    this.#byName.delete(session.name);
    session.dispose();
    this.#log("session", () => "expired");
  }

  /** Eight digits are few enough to meet by chance. */
  #freeName(): string {
    let name = randomName();
    while (this.#byName.has(name)) name = randomName();
    return name;
  }
}
