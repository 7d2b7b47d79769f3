/** A server's connections over memory, with fake programs and a clock that stands still. @module */

import { memoryPair } from "../../protocol/transport/memory.ts";
import type { Transport } from "../../protocol/transport/transport.ts";
import { Connection, type ConnectionHost } from "../../server/connection.ts";
import { SessionStore } from "../../server/session/session_store.ts";
import { fakeMachine, FakeSpawner } from "./fake_child.ts";
import { FakeClock } from "./fake_clock.ts";
import { MemoryWire } from "./memory_wire.ts";
import { Peer } from "./peer.ts";

/** A server without a listener. */
export class FakeServer implements ConnectionHost {
  readonly concurrentRequests: number;
  readonly clock: FakeClock = new FakeClock();
  /** Starts fake children. */
  readonly spawner: FakeSpawner = new FakeSpawner();
  readonly machine = fakeMachine(this.spawner);
  readonly sessions: SessionStore;
  /** Debug lines. */
  readonly lines: string[] = [];
  readonly log = (_area: string, line: () => string): void => void this.lines.push(line());

  /** @param concurrentRequests places per lane */
  constructor(concurrentRequests = 1024) {
    this.concurrentRequests = concurrentRequests;
    this.sessions = new SessionStore(this.clock, this.log);
  }

  /** Serves one end of a pair of transports.
   * @returns the other end, the served one, and the end of service */
  serve(): { client: Transport; server: Transport; ended: Promise<void> } {
    const [client, server] = memoryPair();
    return { client, server, ended: new Connection(server, this).serve() };
  }

  /** Connects a peer that reads what comes. */
  connect(): { peer: Peer<MemoryWire>; server: Transport; ended: Promise<void> } {
    const { client, server, ended } = this.serve();
    return { peer: new Peer(new MemoryWire(client), "/"), server, ended };
  }

  /** Connects a peer and performs the handshake. */
  async session(): Promise<{ peer: Peer<MemoryWire>; id: string; ended: Promise<void> }> {
    const { peer, ended } = this.connect();
    return { peer, id: await peer.handshake(), ended };
  }
}

/** Lets every promise that is due settle, also those that others make. */
export async function settle(turns = 50): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}
