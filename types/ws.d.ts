/** The part of the npm package `ws` the tests use, as an independent WebSocket peer. @module */

/** What a client may ask for when it connects. */
export interface ClientOptions {
  /** Answer pings by itself; on by default. */
  readonly autoPong?: boolean;
  /** Offer message compression; on by default in a client. */
  readonly perMessageDeflate?: boolean;
  /** Extra request headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Largest message accepted, in bytes; 0 for no limit. */
  readonly maxPayload?: number;
}

/** How one frame is sent. */
export interface SendOptions {
  /** A binary frame instead of a text frame. */
  readonly binary?: boolean;
  /** Whether this frame ends its message; a `false` starts or continues a fragmented one. */
  readonly fin?: boolean;
}

/** The answer to a refused upgrade. */
export interface UpgradeRefusal {
  /** HTTP status. */
  readonly statusCode: number;
  /** Discards the body, so that the socket can end. */
  resume(): void;
}

/** One client connection. */
export class WebSocket {
  constructor(address: string, protocols: readonly string[], options?: ClientOptions);
  constructor(address: string, options?: ClientOptions);
  /** The extensions the server accepted, "" for none. */
  readonly extensions: string;
  /** The subprotocol the server chose, "" for none. */
  readonly protocol: string;
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  on(event: "open", listener: () => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  on(event: "message", listener: (data: Uint8Array, isBinary: boolean) => void): this;
  on(event: "close", listener: (code: number, reason: Uint8Array) => void): this;
  on(event: "ping" | "pong", listener: (data: Uint8Array) => void): this;
  on(
    event: "unexpected-response",
    listener: (request: unknown, response: UpgradeRefusal) => void,
  ): this;
  /** Sends one frame; the callback tells when it was handed to the system. */
  send(data: string | Uint8Array, options?: SendOptions, sent?: (error?: Error) => void): void;
  /** Sends a ping frame. */
  ping(data?: string): void;
  /** Sends a pong frame, asked for or not. */
  pong(data?: string): void;
  /** Stops reading from the socket. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** Starts the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Drops the connection at once. */
  terminate(): void;
}
