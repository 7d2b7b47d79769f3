/** Performs the handshake over a transport, whatever it is, and gives back a client. @module */

import { type Clock, realClock } from "../protocol/clock.ts";
import { limits } from "../protocol/limits.ts";
import type { Notification } from "../protocol/message.ts";
import { knownCapabilities } from "./capabilities.ts";
import { ExecServerClient } from "./client.ts";
import { type ClientTransport, Connection } from "./connection.ts";
import { FileSubscriptions } from "./fs/subscriptions.ts";
import { shakeHands } from "./handshake.ts";
import type { HeartbeatTimes } from "./heartbeat.ts";
import { ProcessRegistry } from "./process_registry.ts";
import { mayRepeat } from "./repeatable.ts";
import { Session } from "./session.ts";

/** How a client behaves. */
export interface ClientOptions {
  /** Who calls, for the server's logs. */
  readonly clientName?: string;
  /** The detached session to take over, instead of a new one. Acts as a secret. */
  readonly resumeSessionId?: string;
  /** How long to wait for the answer to the handshake, in milliseconds; 10 s by default. */
  readonly initializeTimeoutMs?: number;
  /**
   * How long to try to get a lost connection back, in milliseconds; 45 s by default, 0: until the
   * client is closed. Servers keep a session for 80 s.
   */
  readonly recoveryTimeoutMs?: number;
  /**
   * When a silent connection is taken for dead: after 10 s without a byte the server is asked for a
   * sign of life, and has 10 s for it, unless told otherwise; false: never. Only where a lost
   * connection can be opened again.
   */
  readonly heartbeat?: HeartbeatTimes | false;
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
  /** Where the jitter between attempts comes from, 0 to 1; for tests. */
  readonly random?: () => number;
}

const defaultHeartbeat: HeartbeatTimes = {
  intervalMs: limits.heartbeatIntervalMs,
  timeoutMs: limits.heartbeatTimeoutMs,
};

/** Opens another transport to the same server. */
export type Reopen = (signal: AbortSignal) => Promise<ClientTransport>;

/**
 * Opens a session over a transport that is connected already: anything that carries messages.
 *
 * ```ts
 * import { type ClientTransport, connectTransport } from "exec-server-client";
 *
 * // The shortest transport there is: a socket, with no care for a slow reader.
 * function transportOf(socket: WebSocket): ClientTransport {
 *   const { readable, writable } = new TransformStream<string, string>(undefined, {
 *     highWaterMark: Infinity,
 *   });
 *   const [reader, writer] = [readable.getReader(), writable.getWriter()];
 *   const closed = new Promise<string>((resolve) => {
 *     socket.onclose = () => resolve("the socket is closed");
 *   });
 *   socket.onmessage = ({ data }) => void writer.write(data);
 *   void closed.then(() => writer.close());
 *   return {
 *     peer: "exec-server over my own socket",
 *     closed,
 *     receive: async () => (await reader.read()).value,
 *     send: (text) => socket.send(text),
 *     close: () => socket.close(),
 *     finish: async () => {
 *       socket.close();
 *       await closed;
 *     },
 *   };
 * }
 *
 * const socket = new WebSocket("ws://127.0.0.1:4500");
 * await new Promise((resolve) => socket.onopen = resolve);
 * await using client = await connectTransport(transportOf(socket), { clientName: "mine" });
 * console.log(client.environmentInfo.shell.name);
 * ```
 * @param reopen makes the session outlive its connections; without it the first one is all it has
 * @throws {ExecServerError} `server` when the session to resume is unknown or in use,
 * `initializeTimeout`, `disconnected`, `protocol`; the transport is closed then
 */
export async function connectTransport(
  transport: ClientTransport,
  options: ClientOptions = {},
  reopen?: Reopen,
): Promise<ExecServerClient> {
  const { clock = realClock, random = Math.random, backpressure = false } = options;
  const { heartbeat = defaultHeartbeat } = options;
  const { recoveryTimeoutMs: recoveryMs = limits.recoveryMs, resumeSessionId, signal } = options;
  let accept: (notification: Notification) => Promise<void> | undefined = () => undefined;
  const onNotification = (notification: Notification) => accept(notification);
  const start = { ...options, resumeSessionId, takeOver: false, signal };
  const first = await join(transport, start, onNotification);
  const { sessionId, environmentInfo } = first;
  const capabilities = knownCapabilities(environmentInfo.capabilities);
  const session: Session = new Session({
    first: first.connection,
    reconnect: reopen && (async (signal) => {
      const resume = { ...options, resumeSessionId: sessionId, takeOver: true, signal };
      return (await join(await reopen(signal), resume, onNotification)).connection;
    }),
    catchUp: async (connection) => {
      await processes.catchUp(connection);
      await subscriptions.renew(connection);
    },
    onReconnected: () => processes.acknowledgeAll(),
    mayRepeat: (method, ageMs) => mayRepeat(method, { capabilities, ageMs }),
    recoveryMs,
    clock,
    random,
    heartbeat: reopen === undefined || heartbeat === false ? undefined : heartbeat,
  });
  const processes = new ProcessRegistry(session, backpressure);
  const subscriptions = new FileSubscriptions();
  // A process or a file watch of this client exists only from here on.
  accept = (notification) => {
    if (notification.method.startsWith("fs/")) return subscriptions.accept(notification);
    const pause = processes.accept(notification);
    // While it catches up, answers must get through, whatever a slow reader has not taken yet.
    return session.state === "connected" ? pause : undefined;
  };
  void session.ended.then((error) => subscriptions.end(error));
  return new ExecServerClient({
    sessionId,
    environmentInfo,
    session,
    processes,
    subscriptions,
    clock,
  });
}

type JoinOptions = Omit<ClientOptions, "resumeSessionId" | "signal"> & {
  readonly resumeSessionId: string | undefined;
  readonly takeOver: boolean;
  readonly signal: AbortSignal | undefined;
};

/** One connection, with its handshake done. */
async function join(
  transport: ClientTransport,
  options: JoinOptions,
  onNotification: (notification: Notification) => Promise<void> | undefined,
) {
  const { clientName = "exec-server", resumeSessionId, takeOver } = options;
  const { signal, clock = realClock } = options;
  const { initializeTimeoutMs: timeoutMs = limits.initializeMs } = options;
  const connection = new Connection(transport, onNotification);
  try {
    const handshake = { clientName, resumeSessionId, takeOver, timeoutMs, clock, signal };
    return { connection, ...await shakeHands(connection, handshake) };
  } catch (error) {
    transport.close("the handshake failed");
    throw error;
  }
}
