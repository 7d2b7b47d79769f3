/**
 * One JSON-RPC message: text to value and back.
 *
 * The wire is JSON-RPC 2.0 without the `jsonrpc` member: it is never sent and ignored when present.
 * @module
 */

import { encodeBase64 } from "./base64.ts";
import { checkJsonText, JsonTextError } from "./json_text.ts";
import { type Base64Text, joinBase64 } from "./transport/transport.ts";

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
 * Reads one message. In one that comes in parts, the member that was base64 is bytes already.
 * @throws {MalformedMessage} when the text is not exactly one JSON-RPC message
 */
export function parseMessage(text: string | Base64Text): Message {
  const { members, idText } = typeof text === "string" ? parseObject(text) : parseParts(text);
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

/** Text of an answer whose result is JSON text already. */
export function encodeText(id: RequestId, result: string): string {
  return `{"id":${encodeId(id)},"result":${result}}`;
}

/**
 * Text of an answer; in parts when there is one large byte array among the members of its result, so
 * that its base64 need never be a string.
 */
export function encodeAnswer(id: RequestId, result: unknown): string | Base64Text {
  const large = largeMember(result);
  if (large === undefined) return encodeResponse(id, result);
  return inParts(`{"id":${encodeId(id)},"result":{`, large);
}

/** Text of a request; in parts when there is one large byte array among its parameters. */
export function encodeCall(id: RequestId, method: string, params: unknown): string | Base64Text {
  const large = largeMember(params);
  return large === undefined
    ? encodeRequest(id, method, params)
    : inParts(`{"id":${encodeId(id)},"method":${JSON.stringify(method)},"params":{`, large);
}

function inParts(head: string, { before, name, bytes, after }: LargeMember): Base64Text {
  return {
    before: `${head}${before.map((member) => `${member},`).join("")}${JSON.stringify(name)}:"`,
    bytes,
    after: `"${after.map((member) => `,${member}`).join("")}}}`,
  };
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
  // A replacer is asked about every single value, which a long listing would feel.
  return holdsBytes(value) ? JSON.stringify(value, bytesToBase64) : JSON.stringify(value);
}

/** Whether there are bytes in a value. The items of a list are all alike. */
function holdsBytes(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Uint8Array) return true;
  return Array.isArray(value) ? holdsBytes(value[0]) : Object.values(value).some(holdsBytes);
}

/** Members of parameters and results that hold bytes. */
const BYTE_MEMBERS: ReadonlySet<string> = new Set(["chunk", "dataBase64"]);

// Below this, one string is made faster than three parts.
const LARGE_BYTES = 8 * 1024;

/** A large byte array in an object, with the JSON text of the members on both sides of it. */
interface LargeMember {
  readonly before: readonly string[];
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly after: readonly string[];
}

function largeMember(value: unknown): LargeMember | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  // Nearly no result has one, so the list of members is made for those only.
  if (!Object.values(value).some(isLarge)) return undefined;
  const members = Object.entries(value);
  const at = members.findIndex(([, member]) => isLarge(member));
  const [name, bytes] = members[at] ?? [];
  if (name === undefined || !isLarge(bytes)) return undefined;
  const before = members.slice(0, at).flatMap(encodeMember);
  return { before, name, bytes, after: members.slice(at + 1).flatMap(encodeMember) };
}

function isLarge(value: unknown): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array && value.byteLength >= LARGE_BYTES;
}

/** None for undefined, as in any JSON text. */
function encodeMember([name, value]: [string, unknown]): string[] {
  return value === undefined ? [] : [`${JSON.stringify(name)}:${encodeValue(value)}`];
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

interface ParsedObject {
  readonly members: Members;
  readonly idText: string | undefined;
}

/** Parses the text with an empty string in the place of the base64, which then gets the bytes. */
function parseParts(parts: Base64Text): ParsedObject {
  const { before, bytes, after } = parts;
  try {
    const { idText, memberAt } = checkJsonText(before + after, before.length - 1);
    if (memberAt !== undefined) {
      const members: Record<string, Record<string, unknown>> = JSON.parse(before + after);
      const { of, name } = memberAt;
      // Only a name that the decoders of bytes know; the check has seen that the object is there.
      if (BYTE_MEMBERS.has(name) && members[of] !== undefined) {
        members[of][name] = bytes;
        return { members, idText };
      }
    }
  } catch {
    // What is wrong with it, and where, the whole text tells.
  }
  return parseObject(joinBase64(parts));
}

function parseObject(text: string): ParsedObject {
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
  if (typeof value !== "object") return typeof value;
  return value === null ? "null" : Array.isArray(value) ? "sequence" : "map";
}
