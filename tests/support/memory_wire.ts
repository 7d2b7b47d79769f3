/** One end of a pair of in-memory transports as a wire for a test's peer. @module */

import { memoryPair } from "../../protocol/transport/memory.ts";
import type { Transport } from "../../protocol/transport/transport.ts";
import { Inbox } from "./inbox.ts";
import { decodeMessage } from "./message.ts";
import { Peer } from "./peer.ts";
import type { Wire } from "./wire.ts";

/** Reads what arrives into an inbox, unless it is told to hold. */
export class MemoryWire implements Wire {
  readonly inbox: Inbox = new Inbox();
  /** The transport on the test's side. */
  readonly transport: Transport;

  /** @param isReading false leaves the messages in the transport, as a client that stalls does */
  constructor(transport: Transport, isReading = true) {
    this.transport = transport;
    if (isReading) void this.#read();
    void transport.closed.then(() => this.inbox.end({ code: 0 }));
  }

  sendText(text: string): void {
    this.transport.send(text);
  }

  async drop(): Promise<void> {
    this.transport.close("the test dropped the connection");
    await this.transport.closed;
  }

  async #read(): Promise<void> {
    for (;;) {
      const text = await this.transport.receive();
      if (text === undefined) return;
      this.inbox.push(decodeMessage(text));
    }
  }
}

/** A peer and the transport that the tested side serves. */
export interface MemoryPeer {
  /** The test's side. */
  readonly peer: Peer<MemoryWire>;
  /** The tested side. */
  readonly transport: Transport;
}

/** Makes a connected pair.
 * @param root directory that paths in the peer's requests start from */
export function memoryPeer(root = "/", isReading = true): MemoryPeer {
  const [ours, theirs] = memoryPair();
  return { peer: new Peer(new MemoryWire(ours, isReading), root), transport: theirs };
}
