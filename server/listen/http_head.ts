/** The head of one HTTP/1.1 request, as far as a WebSocket listener needs it. @module */

import { limits } from "../../protocol/limits.ts";
import type { ByteConnection } from "../../protocol/transport/websocket.ts";

/** A request without its body. */
export interface RequestHead {
  /** As sent; methods are case-sensitive. */
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  /** Values by lower-case name; repeated ones are joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /** Bytes that came behind the head. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

/** The bytes are not an HTTP request head, or too many. */
export class HeadError extends Error {
  override readonly name = "HeadError";
}

/**
 * Reads the head from a connection.
 * @returns undefined when the caller left before sending one
 * @throws {HeadError} when it is not HTTP, or larger than `limits.maxRequestHeadBytes`
 */
export async function readHead(connection: ByteConnection): Promise<RequestHead | undefined> {
  const buffer = new Uint8Array(limits.maxRequestHeadBytes);
  let filled = 0;
  for (;;) {
    const count = await connection.read(buffer.subarray(filled));
    if (count === null) return undefined;
    filled += count;
    const end = endOfHead(buffer.subarray(0, filled));
    if (end !== undefined) return parseHead(buffer, { end, filled });
    if (filled === buffer.byteLength) throw new HeadError("Request head is too large");
  }
}

/** Index behind the empty line that ends a head. */
function endOfHead(bytes: Uint8Array<ArrayBuffer>): number | undefined {
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    if (bytes[at - 1] === 0x0d && bytes[at - 2] === 0x0a && bytes[at - 3] === 0x0d) return at + 1;
  }
  return undefined;
}

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP\/1\.[01]$/;
// deno-lint-ignore no-control-regex -- control characters are what is looked for.
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function parseHead(
  buffer: Uint8Array<ArrayBuffer>,
  { end, filled }: { end: number; filled: number },
): RequestHead {
  const [first = "", ...lines] = new TextDecoder("latin1").decode(buffer.subarray(0, end - 4))
    .split("\r\n");
  const [, method, target] = REQUEST_LINE.exec(first) ?? [];
  if (method === undefined || target === undefined) {
    throw new HeadError("First line is not an HTTP/1.1 request line");
  }
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon));
    if (!HEADER_NAME.test(name)) throw new HeadError("Header line has no name");
    const value = line.slice(colon + 1).trim();
    if (CONTROL.test(value)) throw new HeadError("Header value has control characters");
    const key = name.toLowerCase();
    const earlier = headers.get(key);
    headers.set(key, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return { method, path: pathOf(target), headers, rest: buffer.slice(end, filled) };
}

function pathOf(target: string): string {
  const path = /^[a-z]+:\/\/[^/?]*(\/[^?]*)?/i.exec(target);
  if (path !== null) return path[1] ?? "/";
  return target.split("?", 1)[0] ?? "/";
}
