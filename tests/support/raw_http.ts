/** One HTTP/1.1 exchange byte by byte: for requests no HTTP library would send. @module */
import { within } from "./deadline.ts";

/** An HTTP response. */
export interface RawResponse {
  readonly status: number;
  /** Header values by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends a request and reads the response, which must have a content length or none.
 * @param address `http://host:port`
 * @param start the request line without the version, such as "GET /readyz"
 * @param headers further headers, besides `host` */
export async function exchange(
  address: string,
  start: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawResponse> {
  const { hostname, port, host } = new URL(address);
  const bare = hostname.replaceAll(/[[\]]/g, "");
  using connection = await Deno.connect({ hostname: bare, port: Number(port) });
  const fields = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}`);
  const text = [`${start} HTTP/1.1`, ...fields, "", ""].join("\r\n");
  await connection.write(new TextEncoder().encode(text));
  return await within(readResponse(connection, start.startsWith("HEAD")), `a response to ${start}`);
}

async function readResponse(connection: Deno.Conn, isHead: boolean): Promise<RawResponse> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  let text = "";
  while (!isWhole(text, isHead)) {
    const count = await connection.read(buffer);
    if (count === null) break;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  const [head = "", body = ""] = text.split("\r\n\r\n");
  const [statusLine = "", ...fields] = head.split("\r\n");
  return { status: Number(statusLine.split(" ")[1]), headers: toHeaders(fields), body };
}

function isWhole(text: string, isHead: boolean): boolean {
  const [head, body] = text.split("\r\n\r\n");
  if (head === undefined || body === undefined) return false;
  const length = toHeaders(head.split("\r\n").slice(1)).get("content-length") ?? "0";
  return isHead || body.length >= Number(length);
}

function toHeaders(fields: readonly string[]): ReadonlyMap<string, string> {
  return new Map(fields.map((field) => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
  }));
}
