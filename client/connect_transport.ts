/** Performs the handshake over a transport, whatever it is, and gives back a client. @module */

import { type Clock, realClock } from "../protocol/clock.ts";
import { limits } from "../protocol/limits.ts";
import { ExecServerClient } from "./client.ts";
import { type ClientTransport, Connection } from "./connection.ts";
import { untilAborted, within } from "./deadline.ts";
import { ExecServerError, protocolError } from "./errors.ts";
import { ProcessRegistry } from "./process_registry.ts";

/** How a client behaves. */
export interface ClientOptions {
  /** Who calls, for the server's logs. */
  readonly clientName?: string;
  /** The detached session to take over, instead of a new one. Acts as a secret. */
  readonly resumeSessionId?: string;
  /** How long to wait for the answer to the handshake, in milliseconds; 10 s by default. */
  readonly initializeTimeoutMs?: number;
  /**
   * A slow reader of a process stops the whole connection, and with it the process, so that nothing
   * is lost however much it prints. For connections that run one process. By default the connection
   * goes on, and a reader that falls too far behind is told what it missed.
   */
  readonly backpressure?: boolean;
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
  /** Where time comes from; for tests. */
  readonly clock?: Clock;
}

/**
 * Opens a session over a transport that is connected already.
 * @throws {ExecServerError} `server` when the session to resume is unknown or in use,
 * `initializeTimeout`, `disconnected`, `protocol`; the transport is closed then
 */
export async function connectTransport(
  transport: ClientTransport,
  options: ClientOptions = {},
): Promise<ExecServerClient> {
  const connection: Connection = new Connection(
    transport,
    (notification) => processes.accept(notification),
  );
  // Nothing is received before this tick ends, so the handler above finds it.
  const processes = new ProcessRegistry(connection, options.backpressure ?? false);
  const { initializeTimeoutMs = limits.initializeMs, clock = realClock, signal } = options;
  try {
    const handshake = within(initialize(connection, options), {
      limitMs: initializeTimeoutMs,
      clock,
      onLate: () => failLate(connection.peer, initializeTimeoutMs),
    });
    const opened = await untilAborted(handshake, signal);
    return new ExecServerClient({ ...opened, connection, processes, clock });
  } catch (error) {
    transport.close("the handshake failed");
    throw error;
  }
}

async function initialize(
  connection: Connection,
  { clientName = "exec-server", resumeSessionId }: ClientOptions,
): Promise<Opened> {
  const answer = await connection.call("initialize", {
    clientName,
    // The reference does not know this member, and passes over it.
    extensions: true,
    ...(resumeSessionId === undefined ? {} : { resumeSessionId }),
  });
  const { sessionId } = answer;
  if (resumeSessionId !== undefined && sessionId !== resumeSessionId) {
    throw protocolError("the server resumed another session than it was asked to");
  }
  connection.sendInitialized();
  const environmentInfo = answer.environmentInfo ?? await connection.call("environment/info", {});
  return { sessionId, environmentInfo };
}

type Opened = Pick<ExecServerClient, "sessionId" | "environmentInfo">;

function failLate(peer: string, limitMs: number): never {
  const text = `Timed out waiting for the handshake of ${peer} after ${limitMs} ms`;
  throw new ExecServerError("initializeTimeout", text);
}
