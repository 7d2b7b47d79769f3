/** WebSockets over the runtime's own sockets: TCP, TLS and Unix, with headers and back-pressure. @module */

import type { ByteConnection, WebSocketTransport } from "../protocol/transport/websocket.ts";
import { ExecServerError, reasonOf } from "./errors.ts";
import { currentRuntime } from "./platform/runtime.ts";
import { upgrade } from "./upgrade.ts";
import type { WebSocketAddress } from "./websocket_address.ts";

/**
 * Connects and performs the upgrade.
 * @param signal gives up; the connection is closed, however far it came
 * @throws {ExecServerError} `connect`
 */
export async function openSocket(
  address: WebSocketAddress,
  headers: Headers,
  signal: AbortSignal,
): Promise<WebSocketTransport> {
  const { peer } = address;
  const connection = await connect(address, signal);
  function abandon(): void {
    connection.close();
  }
  signal.addEventListener("abort", abandon, { once: true });
  try {
    return await upgrade(connection, { ...address, headers });
  } catch (error) {
    // The signal may have closed it already.
    if (!signal.aborted) connection.close();
    throw asConnectError(error, peer);
  } finally {
    signal.removeEventListener("abort", abandon);
  }
}

async function connect(
  { peer, place }: WebSocketAddress,
  signal: AbortSignal,
): Promise<ByteConnection> {
  const { dial } = currentRuntime() === "deno"
    ? await import("./platform/deno_dial.ts")
    : await import("./platform/node_dial.ts");
  try {
    return await dial(place, signal);
  } catch (error) {
    throw asConnectError(error, peer);
  }
}

function asConnectError(error: unknown, peer: string): ExecServerError {
  if (error instanceof ExecServerError) return error;
  // The system's own words, without the number behind them.
  const reason = reasonOf(error).replace(/ \(os error \d+\)$/, "");
  return new ExecServerError("connect", `Cannot connect to ${peer}: ${reason}`, { cause: error });
}
