/** Where a server listens: reads `ws://`, `wss://` and `unix://` URLs. Pure. @module */

import { ExecServerError } from "./errors.ts";

/** A place to connect to. */
export type Place =
  | {
    readonly kind: "network";
    /** Name or address, IPv6 without brackets. */
    readonly hostname: string;
    /** TCP port. */
    readonly port: number;
    /** Whether TLS is spoken. */
    readonly isSecure: boolean;
  }
  | {
    readonly kind: "unix";
    /** Path of the socket. */
    readonly path: string;
  };

/** A server's address, taken apart. */
export interface WebSocketAddress {
  /** Where to connect to. */
  readonly place: Place;
  /** Path and query of the request. */
  readonly target: string;
  /** Value of the header `Host`. */
  readonly host: string;
  /** Names the server in errors; without what a query may hold in confidence. */
  readonly peer: string;
}

/**
 * Reads `ws://HOST[:PORT][/PATH]`, `wss://…` or `unix:///PATH`.
 * @throws {ExecServerError} `connect` when it is none of them
 */
export function parseAddress(text: string): WebSocketAddress {
  const url = URL.parse(text);
  const path = url?.protocol === "unix:" && url.host === "" ? decoded(url.pathname) : "";
  if (path.length > 1) {
    const peer = `exec-server websocket unix://${path}`;
    return { place: { kind: "unix", path }, target: "/", host: "localhost", peer };
  }
  const isSecure = url?.protocol === "wss:";
  if (url === null || !(isSecure || url.protocol === "ws:")) {
    const wanted = "expected ws://HOST:PORT, wss://HOST or unix:///PATH";
    throw new ExecServerError("connect", `Cannot connect to "${text}": ${wanted}`);
  }
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port) || (isSecure ? 443 : 80);
  return {
    place: { kind: "network", hostname, port, isSecure },
    target: url.pathname + url.search,
    host: url.host,
    peer: `exec-server websocket ${url.protocol}//${url.host}`,
  };
}

/** What a path says; nothing when it is not encoded as one. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return "";
  }
}

/**
 * Refuses to send headers, which are often secrets, in the clear over a network.
 * @throws {ExecServerError} `connect`
 */
export function requirePrivate(place: Place, headers: Headers): void {
  if ([...headers].length === 0 || place.kind === "unix" || place.isSecure) return;
  if (/^(localhost|127(\.\d+){3}|::1)$/.test(place.hostname)) return;
  const text = "Headers for an exec-server require wss:// or a loopback destination";
  throw new ExecServerError("connect", text);
}
