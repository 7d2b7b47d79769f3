/** Accepts callers on a socket and makes a WebSocket transport of each that may and wants to. @module */

import type { Clock } from "../../protocol/clock.ts";
import { limits } from "../../protocol/limits.ts";
import { WebSocketTransport } from "../../protocol/transport/websocket.ts";
import type { Log } from "../log.ts";
import { httpAnswer, upgradeAnswer } from "./http_answer.ts";
import { HeadError, readHead, type RequestHead } from "./http_head.ts";
import { route } from "./routes.ts";

/** What a listener needs. */
export interface ListenerOptions {
  /** Whether only programs of this machine can call. */
  readonly isLocal: boolean;
  /** Whether a caller may not call, for what it is rather than for what it says. */
  readonly refuses?: (remote: Deno.Addr) => boolean;
  /** Serves one client until it is gone. */
  readonly serve: (transport: WebSocketTransport) => Promise<void>;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Where debug lines go. */
  readonly log: Log;
}

const FROM_INSIDE = "A program in a sandbox cannot give orders to the server that holds it\n";

// Time for a full table of descriptors to drain, before accepting is tried again.
const ACCEPT_PAUSE_MS = 100;

/** Owns a listening socket and every connection that came through it. */
export class WebSocketListener implements Disposable {
  readonly #listener: Deno.Listener;
  readonly #options: ListenerOptions;
  readonly #connections = new Set<Deno.Conn>();
  #isClosed = false;

  /** Takes over a listening socket and begins to accept. */
  constructor(listener: Deno.Listener, options: ListenerOptions) {
    this.#listener = listener;
    this.#options = options;
    void this.#accept();
  }

  /** Stops accepting and drops every connection, without a close frame. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#listener.close();
    for (const connection of this.#connections) closeQuietly(connection);
  }

  async #accept(): Promise<void> {
    while (!this.#isClosed) {
      try {
        const connection = await this.#listener.accept();
        this.#connections.add(connection);
        void this.#welcome(connection).finally(() => {
          this.#connections.delete(connection);
          closeQuietly(connection);
        });
      } catch (error) {
        if (this.#isClosed) return;
        // Out of descriptors, or the caller left before it was accepted: neither ends the server.
        this.#options.log("listen", () => `cannot accept: ${error}`);
        await new Promise<void>((resolve) => this.#options.clock.after(ACCEPT_PAUSE_MS, resolve));
      }
    }
  }

  async #welcome(connection: Deno.Conn): Promise<void> {
    try {
      // Without this, small answers would wait for the acknowledgement of earlier ones.
      if (isTcp(connection)) connection.setNoDelay(true);
      const head = await this.#readHead(connection);
      if (head === undefined) return;
      if (this.#options.refuses?.(connection.remoteAddr) === true) {
        await writeAll(connection, httpAnswer(403, FROM_INSIDE, {}));
        return;
      }
      const found = route(head, this.#options.isLocal);
      if (found.kind === "answer") {
        const body = head.method === "HEAD" ? "" : found.body;
        await writeAll(connection, httpAnswer(found.status, body, found.headers));
        return;
      }
      await writeAll(connection, await upgradeAnswer(found.key));
      await this.#serve(connection, head.rest);
    } catch (error) {
      if (error instanceof HeadError) {
        await writeAll(connection, httpAnswer(400, error.message, {})).catch(() => {});
      }
      this.#options.log("listen", () => `caller dropped: ${error}`);
    }
  }

  /** Reads the head, but does not wait for ever: silent callers would use up the descriptors. */
  async #readHead(connection: Deno.Conn): Promise<RequestHead | undefined> {
    const deadline = this.#options.clock.after(
      limits.requestHeadMs,
      () => closeQuietly(connection),
    );
    try {
      return await readHead(connection);
    } finally {
      deadline.cancel();
    }
  }

  async #serve(connection: Deno.Conn, early: Uint8Array<ArrayBuffer>): Promise<void> {
    const peer = `exec-server websocket ${nameOf(connection)}`;
    const transport = new WebSocketTransport(connection, { role: "server", peer, early });
    const { clock } = this.#options;
    let ping = clock.after(limits.pingIntervalMs, beat);
    function beat(): void {
      transport.ping();
      ping = clock.after(limits.pingIntervalMs, beat);
    }
    try {
      await this.#options.serve(transport);
    } finally {
      ping.cancel();
    }
  }
}

function isTcp(connection: Deno.Conn): connection is Deno.TcpConn {
  return connection.remoteAddr.transport === "tcp";
}

function nameOf({ remoteAddr }: Deno.Conn): string {
  if (remoteAddr.transport !== "tcp") return "unix socket";
  const { hostname, port } = remoteAddr;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  let rest = bytes;
  while (rest.byteLength > 0) rest = rest.subarray(await connection.write(rest));
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // Already closed, by the other of the two that may: the transport and this listener.
  }
}
