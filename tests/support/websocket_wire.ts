/** A WebSocket to a server, by npm `ws`, with the frame-level controls the tests need. @module */
import { within } from "./deadline.ts";
import { Inbox } from "./inbox.ts";
import { decodeMessage } from "./message.ts";
import type { Wire } from "./wire.ts";
import { WebSocket } from "./ws.ts";

/** How to connect. */
export interface ConnectOptions {
  /** Answer the server's pings; on by default. */
  readonly answerPings?: boolean;
  /** Offer message compression; off by default. */
  readonly offerCompression?: boolean;
  /** Subprotocols to offer. */
  readonly subprotocols?: readonly string[];
  /** Extra request headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

const decoder = new TextDecoder();

/** An open WebSocket. */
export class WebSocketWire implements Wire {
  readonly inbox: Inbox = new Inbox();
  /** The socket itself, for frame-level tests. */
  readonly socket: WebSocket;
  /** Whether any binary message came. */
  sawBinary = false;

  /** Wraps a socket that is not open yet; `connectWebSocket` is the way to make one. */
  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data, isBinary) => {
      this.sawBinary ||= isBinary;
      this.inbox.push(decodeMessage(decoder.decode(data)));
    });
    socket.on("close", (code) => this.inbox.end({ code }));
    // An error is always followed by `close`, which is what the tests look at.
    socket.on("error", () => {});
  }

  /** Sends one text frame. */
  sendText(text: string): void {
    this.socket.send(text);
  }

  /** Sends one binary frame. */
  sendBinary(bytes: Uint8Array): void {
    this.socket.send(bytes, { binary: true });
  }

  /** Sends one message in fragments, waiting for each to be handed to the system. */
  async sendFragments(fragments: Iterable<Uint8Array>): Promise<void> {
    let previous: Uint8Array | undefined;
    for (const fragment of fragments) {
      if (previous !== undefined) await this.#sendFragment(previous, false);
      previous = fragment;
    }
    if (previous !== undefined) await this.#sendFragment(previous, true);
  }

  /** Resets the connection without a close frame. */
  async drop(): Promise<void> {
    this.socket.terminate();
    await within(this.inbox.ended, "the dropped socket to be gone");
  }

  #sendFragment(bytes: Uint8Array, fin: boolean): Promise<void> {
    // An error here means the server hung up: the test sees that as the end of the connection.
    return new Promise((resolve) =>
      this.socket.send(bytes, { binary: false, fin }, () => resolve())
    );
  }
}

/** Opens a WebSocket.
 * @param url `ws://…`, or `ws+unix:PATH:/` for a Unix socket
 * @throws {Error} when the server refuses; the message has the HTTP status */
export async function connectWebSocket(
  url: string,
  options: ConnectOptions = {},
): Promise<WebSocketWire> {
  const socket = new WebSocket(url, options.subprotocols ?? [], {
    autoPong: options.answerPings ?? true,
    perMessageDeflate: options.offerCompression ?? false,
    headers: options.headers ?? {},
    maxPayload: 0,
  });
  const wire = new WebSocketWire(socket);
  const opened = new Promise<void>((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  await within(opened, `a connection to ${url}`);
  return wire;
}
