/** The server side of the npm package `ws`, as far as the tests use it. @module */

import type { WebSocket } from "../../types/ws.d.ts";

/** Where to listen. */
export interface ServerOptions {
  readonly host: string;
  readonly port: number;
}

/** A listening server. */
export class WebSocketServer {
  constructor(options: ServerOptions, listening?: () => void);
  on(event: "connection", listener: (socket: WebSocket) => void): this;
  /** Host and port of the listening socket. */
  address(): { readonly port: number };
  /** Stops listening; the callback comes when every connection is gone. */
  close(closed?: () => void): void;
}
