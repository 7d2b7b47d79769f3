/** What outlives a connection: the processes and files of one client, and who is attached. @module */

import type { Clock } from "../../protocol/clock.ts";
import { limits } from "../../protocol/limits.ts";
import type { Base64Text, Transport } from "../../protocol/transport/transport.ts";
import type { ObserverOutlet } from "../process/observation.ts";
import { HandleTable } from "../fs/handle_table.ts";
import { ProcessTable } from "../process/process_table.ts";
import { LOCAL_OWNER, randomName, type SessionFacts } from "./session_facts.ts";

/** One client's processes and files. At most one connection is attached at a time. */
export class Session implements ObserverOutlet {
  /** Names the session and is the secret that resumes it. */
  readonly id: string;
  /** Principal of the connection that opened it; sessions of one owner see each other's processes. */
  readonly owner: string;
  /** What others call it: says nothing about the id. */
  readonly name: string;
  /** Its processes. */
  readonly processes: ProcessTable;
  /** Files that its client has open, if that client knows that they outlive its connections. */
  readonly files: HandleTable = new HandleTable();
  #attached: Transport | undefined;
  #generation = 0;
  #relief: (() => void)[] = [];

  constructor(id: string, clock: Clock, facts: Partial<SessionFacts> = {}) {
    this.id = id;
    this.owner = facts.owner ?? LOCAL_OWNER;
    this.name = facts.name ?? randomName();
    this.processes = new ProcessTable(clock);
  }

  /** Whether a live connection is attached. */
  get isAttached(): boolean {
    return this.#attached !== undefined;
  }

  /** How many connections have been attached to it. */
  get generation(): number {
    return this.#generation;
  }

  /** A detached session is never congested: output then goes into the logs only. */
  get isCongested(): boolean {
    return (this.#attached?.queuedBytes ?? 0) >= limits.sendHighWaterBytes;
  }

  /** Sends events to a connection from now on. */
  attach(transport: Transport): void {
    this.#attached = transport;
    this.#generation++;
  }

  /** Whether this connection is the attached one. */
  isAttachedTo(transport: Transport): boolean {
    return this.#attached === transport;
  }

  /** Lets go of the connection, so that nothing waits for it any more. */
  detach(): void {
    this.#attached = undefined;
    this.#relieve();
  }

  /** Ends the connection, whose client has come back by another one. */
  expel(): void {
    const transport = this.#attached;
    this.detach();
    transport?.close("its client came back by another connection");
  }

  notify(text: string): void {
    this.#attached?.send(text);
  }

  notifyBase64(text: Base64Text): void {
    this.#attached?.sendBase64(text);
  }

  onRelief(action: () => void): void {
    this.#relief.push(action);
    if (this.#relief.length > 1) return;
    // Ends with the transport too, so a dead connection never holds a process.
    this.#attached?.drained().then(() => this.#relieve());
    if (this.#attached === undefined) this.#relieve();
  }

  #relieve(): void {
    const actions = this.#relief;
    this.#relief = [];
    for (const action of actions) action();
  }

  /** Kills its processes and closes its files. */
  dispose(): void {
    this.detach();
    this.processes.dispose();
    this.files.dispose();
  }
}
