/** The web's own WebSocket as a transport, for runtimes without Deno's sockets. @module */

import type { ClientTransport } from "./connection.ts";
import { ExecServerError } from "./errors.ts";
import type { WebSocketAddress } from "./websocket_address.ts";

/**
 * Connects through the global `WebSocket`.
 * @param headers sent where the runtime can (Node, Bun and Deno; not browsers)
 * @param signal gives up; the socket is closed
 * @throws {ExecServerError} `connect`
 */
export function openWebSocket(
  { peer, place, host, target }: WebSocketAddress,
  headers: Headers,
  signal: AbortSignal,
): Promise<ClientTransport> {
  if (place.kind === "unix") {
    const text = `Cannot connect to ${peer}: this runtime has no WebSocket over Unix sockets`;
    throw new ExecServerError("connect", text);
  }
  const url = `${place.isSecure ? "wss" : "ws"}://${host}${target}`;
  const hasHeaders = [...headers].length > 0;
  const socket = hasHeaders ? new WebSocket(url, { headers }) : new WebSocket(url);
  return new Promise((resolve, reject) => {
    function fail(): void {
      // The web tells a script nothing about why a connection failed.
      reject(new ExecServerError("connect", `Cannot connect to ${peer}`));
    }
    function abandon(): void {
      fail();
      socket.close();
    }
    signal.addEventListener("abort", abandon, { once: true });
    socket.addEventListener("error", fail, { once: true });
    socket.addEventListener("close", fail, { once: true });
    socket.addEventListener("open", () => {
      signal.removeEventListener("abort", abandon);
      resolve(new WebSocketAdapter(socket, peer));
    }, { once: true });
  });
}

/**
 * Messages of an open `WebSocket`. It cannot be told to stop reading, so messages that nobody
 * receives pile up: a client with back-pressure should use another transport.
 */
class WebSocketAdapter implements ClientTransport {
  readonly peer: string;
  readonly closed: Promise<string>;
  readonly #socket: WebSocket;
  readonly #end: (reason: string) => void;
  readonly #texts: string[] = [];
  #receiver: ((text: string | undefined) => void) | undefined;
  #isEnded = false;

  constructor(socket: WebSocket, peer: string) {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.peer = peer;
    this.closed = promise;
    this.#socket = socket;
    this.#end = resolve;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", (event) => this.#take(event.data));
    socket.addEventListener("close", () => this.#finish(`${peer} closed the connection`));
  }

  receive(): Promise<string | undefined> {
    const text = this.#texts.shift();
    if (text !== undefined || this.#isEnded) return Promise.resolve(text);
    return new Promise((resolve) => this.#receiver = resolve);
  }

  send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  close(reason: string): void {
    this.#finish(reason);
    this.#socket.close();
  }

  async finish(reason: string): Promise<void> {
    // The closing handshake comes after everything that was sent.
    const isClosed = new Promise<void>((resolve) => {
      if (this.#socket.readyState === WebSocket.CLOSED) resolve();
      this.#socket.addEventListener("close", () => resolve(), { once: true });
    });
    this.close(reason);
    await isClosed;
  }

  #take(data: unknown): void {
    const text = typeof data === "string"
      ? data
      : data instanceof ArrayBuffer
      ? new TextDecoder().decode(data)
      : "";
    if (this.#receiver === undefined) this.#texts.push(text);
    else this.#receiver(text);
    this.#receiver = undefined;
  }

  #finish(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#end(reason);
    this.#receiver?.(undefined);
    this.#receiver = undefined;
  }
}
