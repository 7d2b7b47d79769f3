/** A listener on a real socket, and callers that share no code with it. @module */

import type { WebSocketTransport } from "../../protocol/transport/websocket.ts";
import { WebSocketListener } from "../../server/listen/websocket_listener.ts";
import { within } from "./deadline.ts";
import { FakeClock } from "./fake_clock.ts";
import { WebSocket } from "./ws.ts";

/** A listener on a free port that hands its transports to the test. */
export class Listening implements Disposable {
  /** Moves the deadlines and pings. */
  readonly clock: FakeClock = new FakeClock();
  /** Where it listens. */
  readonly port: number;
  readonly #listener: WebSocketListener;
  readonly #arrived: WebSocketTransport[] = [];
  #wanted: ((transport: WebSocketTransport) => void) | undefined;

  constructor() {
    const socket = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = socket.addr.port;
    this.#listener = new WebSocketListener(socket, {
      isLocal: true,
      clock: this.clock,
      log: () => {},
      serve: async (transport) => {
        if (this.#wanted === undefined) this.#arrived.push(transport);
        else this.#wanted(transport);
        this.#wanted = undefined;
        while (await transport.receive() !== undefined);
      },
    });
  }

  /** Address and port. */
  get url(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The transport of the next caller. */
  transport(): Promise<WebSocketTransport> {
    const [arrived] = this.#arrived.splice(0, 1);
    if (arrived !== undefined) return Promise.resolve(arrived);
    return within(new Promise((resolve) => this.#wanted = resolve), "a caller");
  }

  /** Opens a connection that has said nothing yet. */
  connectRaw(): Promise<Deno.TcpConn> {
    return Deno.connect({ hostname: "127.0.0.1", port: this.port });
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]();
  }
}

/** Calls a listener with the independent client. */
export function call(listening: Listening): { socket: WebSocket; closed: Promise<number> } {
  const socket = new WebSocket(`ws://${listening.url}/`);
  const { promise, resolve } = Promise.withResolvers<number>();
  socket.on("close", resolve);
  socket.on("error", () => {});
  return { socket, closed: promise };
}

/** Hangs up, and waits until that is done. */
export async function end(
  { socket, closed }: { socket: WebSocket; closed: Promise<number> },
): Promise<void> {
  socket.terminate();
  await within(closed, "the close");
}

/** Everything a connection says until its end, as text. */
export async function readToEnd(connection: Deno.Conn): Promise<string> {
  return await within(new Response(connection.readable).text(), "the end of the connection");
}
