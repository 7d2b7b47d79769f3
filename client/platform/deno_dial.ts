/** Byte connections by Deno's own sockets. @module */

import type { ByteConnection } from "../../protocol/transport/websocket.ts";
import type { Place } from "../websocket_address.ts";

/**
 * Connects: TCP, TLS or Unix.
 * @param signal gives up
 * @throws {Error} in the system's words
 */
export async function dial(place: Place, signal: AbortSignal): Promise<ByteConnection> {
  if (place.kind === "unix") return await Deno.connect({ transport: "unix", path: place.path });
  const { hostname, port } = place;
  const connection = await Deno.connect({ hostname, port, signal });
  // Small messages must not wait for each other.
  connection.setNoDelay(true);
  if (!place.isSecure) return connection;
  return await Deno.startTls(connection, { hostname, alpnProtocols: ["http/1.1"] });
}
