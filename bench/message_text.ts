/** Reads a message of the server without paying for the bytes of its output. @module */

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A message and how many bytes of output it carried. */
export interface ReadMessage {
  /** The message; a large `chunk` or `dataBase64` is left out of it. */
  readonly message: JsonObject;
  /** What was left out: base64, a view into the payload. */
  readonly data?: Uint8Array;
  /** Bytes of output after base64; 0 when the message carries none. */
  readonly outputBytes: number;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const markers = [encoder.encode('"chunk":"'), encoder.encode('"dataBase64":"')];
const QUOTE = 0x22;
const PADDING = 0x3d;
// Shorter messages are parsed whole: cutting would cost more than it saves.
const CUT_FROM_BYTES = 1024;
// Members before and after the chunk are short; between them there is only base64.
const MARKER_WITHIN_BYTES = 512;

/**
 * Parses one message. The chunk of a large one is cut out before and only counted: decoding it
 * would add the same client time to every server and so hide the difference between them.
 *
 * @throws {SyntaxError} when the payload is not JSON
 * @throws {TypeError} when it is not an object
 */
export function readMessage(payload: Uint8Array): ReadMessage {
  const start = payload.length < CUT_FROM_BYTES ? -1 : chunkStart(payload);
  if (start < 0) {
    const message = parseObject(decoder.decode(payload));
    return { message, outputBytes: smallChunkBytes(message) };
  }
  // Looking through a megabyte for its end would be half of the client's work.
  const end = payload.indexOf(QUOTE, Math.max(start, payload.length - MARKER_WITHIN_BYTES));
  const head = decoder.decode(payload.subarray(0, start));
  const message = parseObject(head + decoder.decode(payload.subarray(end)));
  const paddingBytes = payload[end - 2] === PADDING ? 2 : payload[end - 1] === PADDING ? 1 : 0;
  const outputBytes = (end - start) / 4 * 3 - paddingBytes;
  return { message, data: payload.subarray(start, end), outputBytes };
}

/** A member that must be an object. @throws {TypeError} when it is not */
export function objectMember(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  if (!isObject(value)) throw new TypeError(`Cannot use message: "${name}" is not an object`);
  return value;
}

/** A member that must be a string. @throws {TypeError} when it is not */
export function stringMember(object: JsonObject, name: string): string {
  const value = object[name];
  if (typeof value !== "string") {
    throw new TypeError(`Cannot use message: "${name}" is not a string`);
  }
  return value;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseObject(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new TypeError("Cannot use message: it is not an object");
  return value;
}

function chunkStart(payload: Uint8Array): number {
  for (let at = payload.indexOf(QUOTE); at >= 0; at = payload.indexOf(QUOTE, at + 1)) {
    if (at >= MARKER_WITHIN_BYTES) return -1;
    const marker = markers.find((marker) =>
      marker.every((byte, index) => payload[at + index] === byte)
    );
    if (marker !== undefined) return at + marker.length;
  }
  return -1;
}

function smallChunkBytes(message: JsonObject): number {
  const chunk = isObject(message["params"]) ? message["params"]["chunk"] : undefined;
  if (typeof chunk !== "string") return 0;
  const paddingBytes = chunk.endsWith("==") ? 2 : chunk.endsWith("=") ? 1 : 0;
  return chunk.length / 4 * 3 - paddingBytes;
}
