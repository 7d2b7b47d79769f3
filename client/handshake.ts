/** `initialize` and `initialized`: opens a session, or takes a detached one over. @module */

import type { Clock } from "../protocol/clock.ts";
import type { EnvironmentInfo } from "../protocol/methods/environment.ts";
import type { Connection } from "./connection.ts";
import { untilAborted, within } from "./deadline.ts";
import { ExecServerError, protocolError } from "./errors.ts";

/** What to say, and how long to wait. */
export interface HandshakeOptions {
  /** Who calls. */
  readonly clientName: string;
  /** The session to take over; undefined for a new one. */
  readonly resumeSessionId: string | undefined;
  /** Whether to take it over also from a connection that the server still takes for alive. */
  readonly takeOver: boolean;
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Gives up. */
  readonly signal: AbortSignal | undefined;
}

/** What the server said. */
export interface Opened {
  /** Names the session, and is the secret that resumes it. */
  readonly sessionId: string;
  /** What the server's machine is like. */
  readonly environmentInfo: EnvironmentInfo;
}

/**
 * Performs the handshake.
 * @throws {ExecServerError} `server`, `initializeTimeout`, `disconnected`, `protocol`
 */
export async function shakeHands(
  connection: Connection,
  options: HandshakeOptions,
): Promise<Opened> {
  const { timeoutMs, clock, signal } = options;
  const timely = within(initialize(connection, options), {
    limitMs: timeoutMs,
    clock,
    onLate: () => failLate(connection.peer, timeoutMs),
  });
  return await untilAborted(timely, signal);
}

async function initialize(
  connection: Connection,
  { clientName, resumeSessionId, takeOver }: HandshakeOptions,
): Promise<Opened> {
  const answer = await connection.call("initialize", {
    clientName,
    // The reference does not know this member, and passes over it.
    extensions: true,
    ...(resumeSessionId === undefined ? {} : { resumeSessionId }),
    ...(takeOver ? { takeOver } : {}),
  });
  const { sessionId } = answer;
  if (resumeSessionId !== undefined && sessionId !== resumeSessionId) {
    throw protocolError("the server resumed another session than it was asked to");
  }
  connection.notify("initialized", {});
  const environmentInfo = answer.environmentInfo ?? await connection.call("environment/info", {});
  return { sessionId, environmentInfo };
}

function failLate(peer: string, limitMs: number): never {
  const text = `Timed out waiting for the handshake of ${peer} after ${limitMs} ms`;
  throw new ExecServerError("initializeTimeout", text);
}
