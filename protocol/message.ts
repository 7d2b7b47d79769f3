/**
 * One JSON-RPC message: text to value and back.
 *
 * The wire is JSON-RPC 2.0 without the `jsonrpc` member: it is never sent and ignored when present.
 * @module
 */

import { encodeBase64 } from "./base64.ts";
import { checkJsonText, JsonTextError } from "./json_text.ts";

/** Id of a request. A bigint stands for an integer beyond 2^53, so that it is echoed digit by digit. */
export type RequestId = string | number | bigint;

/** A call that wants an answer. */
export interface Request {
  /** Tells the kinds of message apart. */
  readonly kind: "request";
  /** Comes back in the answer. */
  readonly id: RequestId;
  /** Name on the wire. */
  readonly method: string;
  /** Undecoded; undefined when absent. */
  readonly params: unknown;
}

/** A call that wants none. */
export interface Notification {
  /** Tells the kinds of message apart. */
  readonly kind: "notification";
  /** Name on the wire. */
  readonly method: string;
  /** Undecoded; undefined when absent. */
  readonly params: unknown;
}

/** The answer to a request. */
export interface Response {
  /** Tells the kinds of message apart. */
  readonly kind: "response";
  /** Of the request it answers. */
  readonly id: RequestId;
  /** Undecoded. */
  readonly result: unknown;
}

/** The refusal of a request. */
export interface ErrorResponse {
  /** Tells the kinds of message apart. */
  readonly kind: "error";
  /** Of the request it answers. */
  readonly id: RequestId;
  /** One of `errors`, or another peer's. */
  readonly code: number;
  /** One sentence for a person. */
  readonly message: string;
  /** Undefined when absent. */
  readonly data: unknown;
}

/** Anything that can be on the wire. */
export type Message = Request | Notification | Response | ErrorResponse;

/** Says why a text is not a message. */
export class MalformedMessage extends Error {
  /** Tells this class from other errors. */
  override readonly name = "MalformedMessage";
}

/**
 * Reads one message.
 * @throws {MalformedMessage} when the text is not exactly one JSON-RPC message
 */
export function parseMessage(text: string): Message {
  const { members, idText } = parseObject(text);
  const { method } = members;
  if (method !== undefined && typeof method !== "string") {
    throw new MalformedMessage(`invalid type: ${typeName(method)}, expected a string`);
  }
  requireTrace(members.trace);
  if (idText === undefined) {
    if (method === undefined) throw new MalformedMessage("missing field `method`");
    return { kind: "notification", method, params: members.params };
  }
  const id = readId(members.id, idText);
  if (method !== undefined) return { kind: "request", id, method, params: members.params };
  if ("result" in members) return { kind: "response", id, result: members.result };
  return readError(id, members.error);
}

/** Text of a request. `params` is JSON or holds byte arrays; undefined leaves the member out. */
export function encodeRequest(id: RequestId, method: string, params: unknown): string {
  const head = `{"id":${encodeId(id)},"method":${JSON.stringify(method)}`;
  return params === undefined ? `${head}}` : `${head},"params":${encodeValue(params)}}`;
}

/** Text of a notification. */
export function encodeNotification(method: string, params: unknown): string {
  const head = `{"method":${JSON.stringify(method)}`;
  return params === undefined ? `${head}}` : `${head},"params":${encodeValue(params)}}`;
}

/** Text of an answer. */
export function encodeResponse(id: RequestId, result: unknown): string {
  return `{"id":${encodeId(id)},"result":${encodeValue(result)}}`;
}

/** Text of a refusal. */
export function encodeError(
  id: RequestId,
  error: { readonly code: number; readonly message: string; readonly data?: unknown },
): string {
  const { code, message, data } = error;
  // JSON.stringify leaves `data` out when it is undefined.
  return `{"error":${JSON.stringify({ code, message, data })},"id":${encodeId(id)}}`;
}

/** JSON text of a value in which byte arrays become base64, as everywhere on the wire. */
function encodeValue(value: unknown): string {
  return JSON.stringify(value, bytesToBase64);
}

function bytesToBase64(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? encodeBase64(value) : value;
}

function encodeId(id: RequestId): string {
  return typeof id === "bigint" ? id.toString() : JSON.stringify(id);
}

interface Members {
  readonly [name: string]: unknown;
}

function parseObject(text: string): { members: Members; idText: string | undefined } {
  try {
    const { isObject, idText } = checkJsonText(text);
    if (!isObject) throw new MalformedMessage("expected a JSON-RPC object");
    return { members: JSON.parse(text), idText };
  } catch (error) {
    if (error instanceof MalformedMessage) throw error;
    const reason = error instanceof JsonTextError || error instanceof SyntaxError
      ? error.message
      : String(error);
    throw new MalformedMessage(reason, { cause: error });
  }
}

const LARGEST_ID = 2n ** 63n - 1n;
const SMALLEST_ID = -(2n ** 63n);

function readId(id: unknown, idText: string): RequestId {
  if (typeof id === "string") return id;
  if (/^-?\d+$/.test(idText)) {
    if (Number.isSafeInteger(id)) return Number(idText);
    const exact = BigInt(idText);
    if (exact <= LARGEST_ID && exact >= SMALLEST_ID) return exact;
  }
  throw new MalformedMessage("data did not match any variant of untagged enum RequestId");
}

function requireTrace(trace: unknown): void {
  if (trace === undefined || trace === null) return;
  if (typeof trace === "object" && !Array.isArray(trace)) return requireCarrier(trace);
  throw new MalformedMessage(
    `invalid type: ${typeName(trace)}${
      typeof trace === "string" ? ` ${JSON.stringify(trace.slice(0, 80))}` : ""
    }, expected struct W3cTraceContext`,
  );
}

/** What the members say is not looked at: a bad trace parent is served all the same. */
function requireCarrier(trace: object): void {
  for (const [name, value] of Object.entries(trace)) {
    if (name !== "traceparent" && name !== "tracestate") continue;
    if (value === null || typeof value === "string") continue;
    throw new MalformedMessage(
      `invalid type: ${typeName(value)}, expected a string; at \`${name}\``,
    );
  }
}

function readError(id: RequestId, error: unknown): ErrorResponse {
  if (error === undefined) throw new MalformedMessage("missing field `error`");
  if (typeof error !== "object" || error === null || Array.isArray(error)) {
    throw new MalformedMessage(`invalid type: ${typeName(error)}, expected struct JSONRPCError`);
  }
  if (!("code" in error) || typeof error.code !== "number" || !Number.isInteger(error.code)) {
    throw new MalformedMessage("missing field `code`");
  }
  if (!("message" in error) || typeof error.message !== "string") {
    throw new MalformedMessage("missing field `message`");
  }
  const data = "data" in error ? error.data : undefined;
  return { kind: "error", id, code: error.code, message: error.message, data };
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "sequence";
  return typeof value === "object" ? "map" : typeof value;
}
