/** Connects to a server that listens, over WebSocket. @module */

import { realClock } from "../protocol/clock.ts";
import { limits } from "../protocol/limits.ts";
import type { ExecServerClient } from "./client.ts";
import { type ClientOptions, connectTransport } from "./connect_transport.ts";
import type { ClientTransport } from "./connection.ts";
import { untilAborted, within } from "./deadline.ts";
import { ExecServerError } from "./errors.ts";
import { currentRuntime } from "./platform/runtime.ts";
import { parseAddress, requirePrivate, type WebSocketAddress } from "./websocket_address.ts";

/** Where and how to connect. */
export interface WebSocketConnectOptions extends ClientOptions {
  /** `ws://HOST:PORT`, `wss://HOST`, or `unix:///PATH`. */
  readonly url: string;
  /** Headers of the upgrade, such as `authorization`; only over TLS, loopback or Unix sockets. */
  readonly headers?: HeadersInit;
  /** How long to wait for the connection, in milliseconds; 10 s by default. */
  readonly connectTimeoutMs?: number;
}

/**
 * Connects to a server and opens a session, or takes over a detached one. A connection that is lost
 * later is opened again, and the session resumed.
 *
 * ```ts
 * import { connectWebSocket } from "exec-server-client";
 *
 * await using client = await connectWebSocket({
 *   url: "ws://127.0.0.1:4500",
 *   signal: AbortSignal.timeout(5000),
 * });
 * const process = await client.start({ argv: ["uname", "-r"], env: { PATH: "/usr/bin:/bin" } });
 * const { stdout } = await process.output();
 * console.log(new TextDecoder().decode(stdout));
 * ```
 *
 * @throws {ExecServerError} `connect`, `connectTimeout`, and what `connectTransport` throws
 */
export async function connectWebSocket(
  options: WebSocketConnectOptions,
): Promise<ExecServerClient> {
  const address = parseAddress(options.url);
  const headers = new Headers(options.headers);
  requirePrivate(address.place, headers);
  const transport = await open(address, headers, options);
  return await connectTransport(transport, options, (signal) => {
    return open(address, headers, { ...options, signal });
  });
}

async function open(
  address: WebSocketAddress,
  headers: Headers,
  options: WebSocketConnectOptions,
): Promise<ClientTransport> {
  const { signal, clock = realClock, connectTimeoutMs = limits.connectMs } = options;
  signal?.throwIfAborted();
  const abandoned = new AbortController();
  const opening = openTransport(address, headers, abandoned.signal);
  try {
    const timely = within(opening, {
      limitMs: connectTimeoutMs,
      clock,
      onLate: () => failLate(address.peer, connectTimeoutMs),
    });
    return await untilAborted(timely, signal);
  } catch (error) {
    abandoned.abort();
    // It may have been opened in the meantime; then nobody else would close it.
    opening.then((transport) => transport.close("connecting was given up"), () => {});
    throw error;
  }
}

/** Sockets can send headers and stop reading; where there are none, there is the web's WebSocket. */
async function openTransport(
  address: WebSocketAddress,
  headers: Headers,
  signal: AbortSignal,
): Promise<ClientTransport> {
  if (currentRuntime() !== "web") {
    const { openSocket } = await import("./socket.ts");
    return await openSocket(address, headers, signal);
  }
  const { openWebSocket } = await import("./websocket.ts");
  return await openWebSocket(address, headers, signal);
}

function failLate(peer: string, limitMs: number): never {
  throw new ExecServerError(
    "connectTimeout",
    `Timed out connecting to ${peer} after ${limitMs} ms`,
  );
}
