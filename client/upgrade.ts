/** The HTTP request that turns a byte connection into a WebSocket, from the client's side. @module */

import { toBase64 } from "../protocol/built_in_base64.ts";
import { limits } from "../protocol/limits.ts";
import { type ByteConnection, WebSocketTransport } from "../protocol/transport/websocket.ts";
import { ExecServerError } from "./errors.ts";

/** What to ask for. */
export interface UpgradeRequest {
  /** Path and query. */
  readonly target: string;
  /** Value of the header `Host`. */
  readonly host: string;
  /** Further headers, such as `authorization`. */
  readonly headers: Headers;
  /** Names the server in errors. */
  readonly peer: string;
}

interface Answer {
  readonly head: string;
  /** What was read behind the head. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

// The constant of RFC 6455 section 1.3.
const ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Asks for a WebSocket on a fresh byte connection.
 * @throws {ExecServerError} `connect` when the server refuses, or is not one
 */
export async function upgrade(
  connection: ByteConnection,
  request: UpgradeRequest,
): Promise<WebSocketTransport> {
  const key = toBase64(crypto.getRandomValues(new Uint8Array(16)));
  await writeAll(connection, new TextEncoder().encode(requestText(request, key)));
  const { head, rest } = await readAnswer(connection, request.peer);
  const [statusLine = "", ...lines] = head.split("\r\n");
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(statusLine) ?? [];
  if (status !== "101") {
    const found = status === undefined ? "something that is not HTTP" : statusLine.slice(9);
    throw refused(request.peer, `it answered ${found}${hintOf(status, rest)}`);
  }
  const accept = lines.find((line) => /^sec-websocket-accept:/i.test(line))?.split(":")[1]?.trim();
  if (accept !== await acceptOf(key)) throw refused(request.peer, "its handshake is not genuine");
  return new WebSocketTransport(connection, { role: "client", peer: request.peer, early: rest });
}

function requestText({ target, host, headers }: UpgradeRequest, key: string): string {
  const lines = [
    `GET ${target} HTTP/1.1`,
    `host: ${host}`,
    "upgrade: websocket",
    "connection: Upgrade",
    `sec-websocket-key: ${key}`,
    "sec-websocket-version: 13",
    ...[...headers].map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

async function writeAll(
  connection: ByteConnection,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  let rest = bytes;
  while (rest.byteLength > 0) rest = rest.subarray(await connection.write(rest));
}

async function readAnswer(connection: ByteConnection, peer: string): Promise<Answer> {
  let bytes = new Uint8Array();
  const buffer = new Uint8Array(4096);
  for (;;) {
    const text = new TextDecoder("latin1").decode(bytes);
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) return { head: text.slice(0, end), rest: bytes.slice(end + 4) };
    if (bytes.byteLength > limits.maxRequestHeadBytes) {
      throw refused(peer, "its answer is too long");
    }
    const count = await connection.read(buffer);
    if (count === null) throw refused(peer, "it hung up");
    const longer = new Uint8Array(bytes.byteLength + count);
    longer.set(bytes);
    longer.set(buffer.subarray(0, count), bytes.byteLength);
    bytes = longer;
  }
}

/** What the server said about its refusal, as far as it came along with the head. */
function hintOf(status: string | undefined, body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, 200)).trim();
  return status === undefined || text === "" || text.startsWith("<") ? "" : ` (${text})`;
}

async function acceptOf(key: string): Promise<string> {
  const bytes = new TextEncoder().encode(key + ACCEPT_SUFFIX);
  return toBase64(new Uint8Array(await crypto.subtle.digest("SHA-1", bytes)));
}

function refused(peer: string, reason: string): ExecServerError {
  return new ExecServerError("connect", `Cannot connect to ${peer}: ${reason}`);
}
