/** Byte connections by the sockets of Node and Bun. @module */

import { once } from "node:events";
import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import type { ByteConnection } from "../../protocol/transport/websocket.ts";
import type { Place } from "../websocket_address.ts";

/**
 * Connects: TCP, TLS or Unix.
 * @param signal gives up
 * @throws {Error} in the system's words
 */
export async function dial(place: Place, signal: AbortSignal): Promise<ByteConnection> {
  const { socket, event } = open(place);
  try {
    await once(socket, event, { signal });
    return new NodeConnection(socket);
  } catch (error) {
    // A socket that is given up may still fail, which nobody wants to know then.
    socket.on("error", () => {});
    socket.destroy();
    // Several addresses in vain make one error without words.
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

interface Opening {
  readonly socket: Socket;
  /** What the socket says once bytes can flow. */
  readonly event: "connect" | "secureConnect";
}

function open(place: Place): Opening {
  if (place.kind === "unix") return { socket: connectPlain(place.path), event: "connect" };
  const { hostname: host, port } = place;
  // Small messages must not wait for each other.
  if (!place.isSecure) {
    return { socket: connectPlain({ host, port, noDelay: true }), event: "connect" };
  }
  // An address has no name to ask for (RFC 6066 section 3).
  const named = isIP(host) === 0 ? { servername: host } : {};
  const socket = connectSecure({ host, port, ALPNProtocols: ["http/1.1"], ...named });
  socket.setNoDelay(true);
  return { socket, event: "secureConnect" };
}

/** Reads only when asked to, so that a slow reader slows its server down. */
class NodeConnection implements ByteConnection {
  readonly #socket: Socket;
  #rest: Uint8Array = new Uint8Array();
  #failure: Error | undefined;
  #hasEnded = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("readable", () => this.#wake());
    socket.on("end", () => this.#end());
    socket.on("close", () => this.#end());
    socket.on("error", (error) => {
      this.#failure = error;
      this.#end();
    });
  }

  async read(into: Uint8Array<ArrayBuffer>): Promise<number | null> {
    while (this.#rest.byteLength === 0) {
      const chunk: Uint8Array | null = this.#socket.read();
      if (chunk !== null) {
        this.#rest = chunk;
      } else if (this.#failure !== undefined) {
        throw this.#failure;
      } else if (this.#hasEnded) {
        return null;
      } else {
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    }
    const count = Math.min(into.byteLength, this.#rest.byteLength);
    into.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error) reject(error);
        else resolve(bytes.byteLength);
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#wake();
  }
}
