/** The raw channel under a peer: WebSocket, or a child's standard streams. @module */
import type { Inbox } from "./inbox.ts";

/** A channel that carries text messages both ways. */
export interface Wire {
  /** What arrives. */
  readonly inbox: Inbox;
  /** Sends one message as it is. */
  sendText(text: string): void;
  /** Ends the channel from this side without any farewell, and waits until it is gone. */
  drop(): Promise<void>;
}
