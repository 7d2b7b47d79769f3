/** The two HTTP answers a listener gives: a page, or the switch to WebSocket. @module */

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
};

/** A whole answer; the connection ends after it, so no request can hide behind another. */
export function httpAnswer(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(body);
  const all = {
    ...headers,
    ...(body === "" ? {} : { "content-type": "text/plain; charset=utf-8" }),
    "content-length": String(bytes.byteLength),
    "connection": "close",
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return new TextEncoder().encode(
    `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n${lines}\r\n${body}`,
  );
}

// RFC 6455 section 1.3: proves that the server understood the key as a WebSocket key.
const KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The answer after which both sides speak WebSocket frames. */
export async function upgradeAnswer(key: string): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const digest = await crypto.subtle.digest("SHA-1", encoder.encode(key + KEY_SUFFIX));
  return encoder.encode(
    "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n" +
      `sec-websocket-accept: ${new Uint8Array(digest).toBase64()}\r\n\r\n`,
  );
}
