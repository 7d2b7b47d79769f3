/** A minimal client of the wire, so that servers are measured and not a client library. @module */

import { within } from "./deadline.ts";
import {
  isObject,
  type JsonObject,
  objectMember,
  readMessage,
  stringMember,
} from "./message_text.ts";
import { ProcessWatch } from "./process_watch.ts";
import { clientFrame, type Frame, FrameBuffer, opcode } from "./websocket_frames.ts";

const CALL_DEADLINE_MS = 20_000;
const encoder = new TextEncoder();

/** What a caller may say about one call. */
export interface CallOptions {
  /** How long to wait for the answer. */
  readonly deadlineMs?: number;
  /**
   * Looks at the file content in the answer, as base64, while it is there; the call fails with what
   * this throws, and when the answer has no content.
   */
  readonly onData?: (base64: Uint8Array) => void;
}

/** A request whose message is made already, so that sending it costs the client little. */
export interface PreparedCall {
  /** Sends it; resolves with its result. @throws {Error} for an error response */
  readonly send: () => Promise<JsonObject>;
}

interface PendingCall extends PromiseWithResolvers<JsonObject> {
  readonly onData: ((base64: Uint8Array) => void) | undefined;
}

/** One connection to a server. It reads only when told to, which a `WebSocket` object cannot. */
export class WireClient implements Disposable {
  /** Called for every response, also of requests this client did not count. */
  onResponse: () => void = () => {};
  /** When the newest message was complete, before it was parsed; of `performance.now()`. */
  receivedAt = 0;
  readonly #connection: Deno.TcpConn;
  readonly #buffer = new FrameBuffer();
  readonly #calls = new Map<number, PendingCall>();
  readonly #watches = new Map<string, ProcessWatch>();
  #writing: Promise<void> = Promise.resolve();
  #reading: PromiseWithResolvers<void> | undefined;
  #fragments: Uint8Array[] = [];
  #nextId = 1;
  #ended: Error | undefined;

  /** Use {@linkcode WireClient.connect}: the connection must be upgraded already. */
  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /**
   * Connects and upgrades.
   *
   * @param url of the form `ws://HOST:PORT`
   * @throws {Error} when the server refuses the upgrade
   */
  static async connect(url: string): Promise<WireClient> {
    const { hostname, port, host } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    // Otherwise two small requests in a row would wait for an acknowledgement on our side, and the
    // client would be measured. A system-call trace shows the option set.
    connection.setNoDelay(true);
    const key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
    const request = `GET / HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
      `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`;
    await writeAll(connection, encoder.encode(request));
    const answer = await readHead(connection);
    if (!answer.startsWith("HTTP/1.1 101 ")) {
      connection.close();
      throw new Error(`Cannot upgrade the connection: the server said ${answer.split("\r\n")[0]}`);
    }
    const client = new WireClient(connection);
    client.#readOn();
    return client;
  }

  /**
   * Connects and does the handshake.
   *
   * @param url where the server listens
   * @param resumeSessionId a detached session to take up again
   */
  static async open(
    url: string,
    resumeSessionId?: string,
  ): Promise<{ client: WireClient; sessionId: string }> {
    const client = await WireClient.connect(url);
    const resume = resumeSessionId === undefined ? {} : { resumeSessionId };
    const answer = await client.call("initialize", { clientName: "bench", ...resume });
    await client.send({ method: "initialized", params: {} });
    return { client, sessionId: stringMember(answer, "sessionId") };
  }

  /** Sends a request; resolves with its result. @throws {Error} for an error response */
  call(method: string, params: JsonObject, options: CallOptions = {}): Promise<JsonObject> {
    return this.prepare(method, params, options).send();
  }

  /** Makes a request without sending it. */
  prepare(method: string, params: JsonObject, options: CallOptions = {}): PreparedCall {
    const { deadlineMs: ms = CALL_DEADLINE_MS, onData } = options;
    const id = this.#nextId++;
    const frame = textFrame({ id, method, params });
    return {
      send: () => {
        if (this.#ended !== undefined) return Promise.reject(this.#ended);
        const pending = { ...Promise.withResolvers<JsonObject>(), onData };
        // A figure may leave a call unanswered on purpose and close the connection.
        pending.promise.catch(() => {});
        this.#calls.set(id, pending);
        this.sendBytes(frame).catch((error) => pending.reject(error));
        return within(pending.promise, { ms, what: `the answer to ${method}` });
      },
    };
  }

  /** Follows a process; call it before the process starts. */
  watch(processId: string): ProcessWatch {
    const watch = new ProcessWatch();
    this.#watches.set(processId, watch);
    return watch;
  }

  /** Stops following a process. */
  unwatch(processId: string): void {
    this.#watches.delete(processId);
  }

  /** Sends one message. */
  send(message: JsonObject): Promise<void> {
    return this.sendBytes(textFrame(message));
  }

  /** Sends bytes that are whole frames; resolves when the kernel took them. */
  sendBytes(bytes: Uint8Array): Promise<void> {
    this.#writing = this.#writing.then(() => writeAll(this.#connection, bytes));
    this.#writing.catch(() => {});
    return this.#writing;
  }

  /** Stops reading from the socket, after at most one more read. */
  stopReading(): void {
    this.#reading ??= Promise.withResolvers();
  }

  /** Reads again. */
  resumeReading(): void {
    this.#reading?.resolve();
    this.#reading = undefined;
  }

  /** Drops the connection without a close frame. */
  [Symbol.dispose](): void {
    if (this.#ended !== undefined) return;
    this.#end(new Error("Cannot wait on: the connection was closed by the measurement"));
  }

  async #readOn(): Promise<void> {
    try {
      while (this.#ended === undefined) {
        if (this.#reading !== undefined) await this.#reading.promise;
        const byteCount = await this.#connection.read(this.#buffer.room());
        if (byteCount === null) throw new Error("Cannot read on: the server ended the connection");
        this.#buffer.filled(byteCount);
        for (let frame = this.#buffer.next(); frame; frame = this.#buffer.next()) this.#take(frame);
      }
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #take(frame: Frame): void {
    if (frame.opcode === opcode.ping) {
      this.sendBytes(clientFrame(opcode.pong, frame.payload)).catch(() => {});
      return;
    }
    if (frame.opcode === opcode.close) throw new Error("Cannot read on: the server said goodbye");
    if (frame.opcode > opcode.binary) return;
    if (frame.final && this.#fragments.length === 0) return this.#dispatch(frame.payload);
    this.#fragments.push(frame.payload.slice());
    if (!frame.final) return;
    const whole = concatenate(this.#fragments);
    this.#fragments = [];
    this.#dispatch(whole);
  }

  #dispatch(payload: Uint8Array): void {
    this.receivedAt = performance.now();
    const { message, data, outputBytes } = readMessage(payload);
    const { id, method } = message;
    if (typeof method === "string") {
      const params = objectMember(message, "params");
      const seq = typeof params["seq"] === "number" ? params["seq"] : 0;
      this.#watches.get(stringMember(params, "processId"))?.hear(method, seq, outputBytes);
      return;
    }
    this.onResponse();
    if (typeof id !== "number") return;
    const pending = this.#calls.get(id);
    this.#calls.delete(id);
    if (pending !== undefined) settle(pending, message, data);
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.resumeReading();
    this.#connection.close();
    for (const pending of this.#calls.values()) pending.reject(error);
    for (const watch of this.#watches.values()) watch.fail(error);
  }
}

function textFrame(message: JsonObject): Uint8Array<ArrayBuffer> {
  return clientFrame(opcode.text, encoder.encode(JSON.stringify(message)));
}

function settle(pending: PendingCall, message: JsonObject, data: Uint8Array | undefined): void {
  const { result, error } = message;
  if (!isObject(result)) {
    return pending.reject(new Error(`Server refused: ${JSON.stringify(error)}`));
  }
  try {
    if (pending.onData !== undefined && data === undefined) {
      throw new Error("Cannot use answer: it has no content");
    }
    if (data !== undefined) pending.onData?.(data);
    pending.resolve(result);
  } catch (error) {
    pending.reject(error);
  }
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
}

// Byte by byte, so that nothing after the head is taken from the connection.
async function readHead(connection: Deno.TcpConn): Promise<string> {
  const byte = new Uint8Array(1);
  let head = "";
  while (!head.endsWith("\r\n\r\n")) {
    if (await connection.read(byte) === null) {
      throw new Error("Cannot upgrade the connection: the server ended it");
    }
    head += String.fromCharCode(...byte);
  }
  return head;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
