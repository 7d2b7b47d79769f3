/** Everything the connections of one server share. @module */

import { type Clock, realClock } from "../protocol/clock.ts";
import { limits } from "../protocol/limits.ts";
import type { Transport } from "../protocol/transport/transport.ts";
import { Connection, type ConnectionHost } from "./connection.ts";
import { createLog, type Log } from "./log.ts";
import { type Machine, thisMachine } from "./machine.ts";
import type { RunnerName } from "./process/choose_spawner.ts";
import type { ControlGroups } from "./sandbox/control_groups.ts";
import { SessionStore } from "./session/session_store.ts";

/** What an executor can be told; all of it has a default. */
export interface ExecutorOptions {
  /** Requests served at once per lane and connection; 1 means strictly one after the other. */
  readonly concurrentRequests?: number | undefined;
  /** Where time comes from. */
  readonly clock?: Clock;
  /** The machine to work on. */
  readonly machine?: Machine;
  /** Whether processes end even when this program is killed; default false. */
  readonly isGuarded?: boolean;
  /** What starts processes; the best that works when left out. */
  readonly runner?: RunnerName | undefined;
  /** Paths on which this program takes orders. */
  readonly orderPaths?: readonly string[];
  /** Ports of this machine on which this program takes orders. */
  readonly orderPorts?: ReadonlySet<number>;
  /** Limits what sandboxed commands use; it stays the caller's to dispose of. */
  readonly groups?: ControlGroups | undefined;
  /** Where debug lines go. */
  readonly log?: Log;
}

/** A server without a listener: give it transports, and it serves them. */
export class Executor implements ConnectionHost, Disposable {
  readonly concurrentRequests: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly sessions: SessionStore;

  readonly #makeMachine: () => Machine;
  #machine: Machine | undefined;

  constructor(options: ExecutorOptions = {}) {
    this.concurrentRequests = options.concurrentRequests ?? limits.concurrentRequests;
    this.clock = options.clock ?? realClock;
    const log = this.log = options.log ?? createLog(Deno.env.get("EXEC_SERVER_LOG") ?? "");
    const onError = (error: unknown) => log("process", () => `trouble: ${error}`);
    this.#makeMachine = () =>
      options.machine ??
        thisMachine({
          isGuarded: options.isGuarded ?? false,
          runner: options.runner,
          orderPaths: options.orderPaths,
          orderPorts: options.orderPorts,
          groups: options.groups,
          onError,
        });
    this.sessions = new SessionStore(this.clock, this.log);
  }

  /** Looked at when it is first needed: loading the C library takes longer than starting to listen. */
  get machine(): Machine {
    return this.#machine ??= this.#makeMachine();
  }

  /** Serves one client; settles when its transport has ended. */
  serve(transport: Transport): Promise<void> {
    return new Connection(transport, this).serve();
  }

  /** Ends every session and kills its processes. */
  [Symbol.dispose](): void {
    this.sessions.dispose();
    this.#machine?.spawner[Symbol.dispose]();
    this.#machine?.sandbox[Symbol.dispose]();
  }
}
