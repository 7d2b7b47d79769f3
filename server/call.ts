/** What a handler may use while it serves one request. @module */

import type { Clock } from "../protocol/clock.ts";
import type { Holdings, Notifier } from "./holdings.ts";
import type { Machine } from "./machine.ts";
import type { Session } from "./session/session.ts";
import type { SessionStore } from "./session/session_store.ts";

/** The surroundings of one request. */
export interface Call {
  /** Whose processes are meant. */
  readonly session: Session;
  /** Every session of the server; what others own is not for this one. */
  readonly sessions: SessionStore;
  /** The machine the server stands on. */
  readonly machine: Machine;
  /** Whether the client asked for what the reference would not do. */
  readonly wantsExtensions: boolean;
  /** What the connection holds open; ends with it. */
  readonly holdings: Holdings;
  /** Where notifications to this client go. */
  readonly notifier: Notifier;
  /** Where time comes from. */
  readonly clock: Clock;
  /**
   * Settles when an answer of about so many bytes may be made; undefined when it may at once. The
   * room is this request's until its answer is sent.
   */
  readonly roomToAnswer: (bytes: number) => Promise<void> | undefined;
  /** Fires when the connection has ended and nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}
