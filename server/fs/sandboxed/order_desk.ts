/** Serves the orders of a file helper by the handlers that serve unsandboxed calls. @module */

import { realClock } from "../../../protocol/clock.ts";
import { RpcError } from "../../../protocol/errors.ts";
import { isRequestName, requests } from "../../../protocol/methods/mod.ts";
import { memoryPair } from "../../../protocol/transport/memory.ts";
import { decode } from "../../../protocol/schema.ts";
import { takeBack } from "../../../protocol/spare_blocks.ts";
import type { Call } from "../../call.ts";
import { Holdings } from "../../holdings.ts";
import type { Machine } from "../../machine.ts";
import { SessionStore } from "../../session/session_store.ts";
import { HandleTable } from "../handle_table.ts";
import { fileHandlers, type FileMethod } from "../handlers.ts";
import { encodeFrame } from "./frame.ts";
import { requireNoProcess } from "./helper_guard.ts";
import {
  type CallOrder,
  HANDLE_CHANNEL,
  type HelperOrder,
  type HelperReport,
} from "./helper_messages.ts";

/** Smaller answers need no room. */
const SMALL_BYTES = 8 * 1024;
/** Notifications on their way to the client, per call. */
const MOST_UNTAKEN = 4;

const NOTHING = new Uint8Array();
const encoder = new TextEncoder();

/** One connection of the server. */
interface Channel {
  readonly holdings: Holdings;
  readonly gone: AbortController;
}

/** What a call waits for. */
interface Waits {
  /** Questions that were not answered yet, in order. */
  readonly pending: (() => void)[];
}

/** Takes orders, and writes reports. */
export class OrderDesk {
  readonly #machine: Machine;
  readonly #write: (pieces: readonly Uint8Array[]) => void;
  readonly #channels = new Map<number, Channel>();
  /** Open files: each in a table of its own, for the server has counted them. */
  readonly #files = new Map<string, HandleTable>();
  readonly #waits = new Map<number, Waits>();
  readonly #sessions = new SessionStore(realClock, () => {});
  readonly #session = this.#sessions.open(memoryPair()[0]);

  constructor(machine: Machine, write: (pieces: readonly Uint8Array[]) => void) {
    this.#machine = machine;
    this.#write = write;
  }

  /** Takes an order. */
  take(order: HelperOrder, body: Uint8Array<ArrayBuffer>): void {
    switch (order.kind) {
      case "call":
        return void this.#serve(order, body);
      case "go":
        return this.#waits.get(order.id)?.pending.shift()?.();
      case "leave":
        return this.#leave(order.channel);
    }
  }

  async #serve(order: CallOrder, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const { id } = order;
    try {
      const result = await this.#result(order, body);
      this.#answer(id, result);
    } catch (error) {
      const { key, message, data } = wireError(error);
      this.#report({ kind: "refused", id, key, message, data });
    } finally {
      this.#waits.delete(id);
    }
  }

  #result(order: CallOrder, body: Uint8Array<ArrayBuffer>): unknown {
    const { method, bytes } = order;
    if (!isFileMethod(method)) throw new RpcError("methodNotFound", `No file method: ${method}`);
    const raw = bytes === undefined ? order.params : { ...Object(order.params), [bytes]: body };
    return this.#call(method, raw, order);
  }

  #call<M extends FileMethod>(method: M, raw: unknown, order: CallOrder): unknown {
    const params = decode(requests[method].params, raw);
    requireNoProcess(method, params, this.#machine);
    const handler = fileHandlers[method];
    if (order.channel !== HANDLE_CHANNEL) {
      return handler(params, this.#surroundings(order, this.#channel(order.channel)));
    }
    const handleId = handleIn(raw);
    const table = this.#files.get(handleId) ?? new HandleTable();
    // Also after it could not be opened, or read: then the server closes it too.
    if (method === "fs/close") this.#files.delete(handleId);
    else this.#files.set(handleId, table);
    const gone = new AbortController();
    return handler(params, this.#surroundings(order, { holdings: new Holdings(table), gone }));
  }

  #channel(number: number): Channel {
    const channel = this.#channels.get(number) ??
      { holdings: new Holdings(), gone: new AbortController() };
    this.#channels.set(number, channel);
    return channel;
  }

  #leave(number: number): void {
    const channel = this.#channels.get(number);
    this.#channels.delete(number);
    channel?.gone.abort();
    channel?.holdings.dispose();
  }

  #surroundings({ id, channel, wantsExtensions }: CallOrder, { holdings, gone }: Channel): Call {
    const waits: Waits = { pending: [] };
    this.#waits.set(id, waits);
    const next = () => new Promise<void>((resolve) => void waits.pending.push(resolve));
    let latest: Promise<void> | undefined;
    return {
      session: this.#session,
      sessions: this.#sessions,
      machine: this.#machine,
      wantsExtensions,
      holdings,
      clock: realClock,
      signal: gone.signal,
      // The room for blocks of open files is found by the server.
      roomToAnswer: (bytes) => {
        if (bytes < SMALL_BYTES || channel === HANDLE_CHANNEL) return undefined;
        this.#report({ kind: "room", id, bytes: Math.floor(bytes) });
        return next();
      },
      notifier: {
        notify: (method, params) => {
          this.#report({ kind: "notify", id, method }, encoder.encode(JSON.stringify(params)));
          latest = next();
        },
        room: () => waits.pending.length < MOST_UNTAKEN ? undefined : latest,
      },
    };
  }

  #answer(id: number, result: unknown): void {
    const bytes = bytesIn(result);
    if (bytes === undefined) {
      return this.#report({ kind: "result", id }, encoder.encode(JSON.stringify(result)));
    }
    const { name, value, others } = bytes;
    this.#report({ kind: "result", id, bytes: name, others }, value);
    takeBack(value);
  }

  #report(report: HelperReport, body: Uint8Array<ArrayBuffer> = NOTHING): void {
    this.#write(encodeFrame(report, body));
  }
}

function isFileMethod(method: string): method is FileMethod {
  return isRequestName(method) && Object.hasOwn(fileHandlers, method);
}

function handleIn(params: unknown): string {
  const { handleId } = Object(params);
  return String(handleId);
}

/** The one member of a result that is bytes. */
function bytesIn(result: unknown) {
  if (typeof result !== "object" || result === null) return undefined;
  for (const [name, value] of Object.entries(result)) {
    if (!isBytes(value)) continue;
    return { name, value, others: { ...result, [name]: undefined } };
  }
  return undefined;
}

function isBytes(value: unknown): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array;
}

function wireError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new RpcError("internal", reason, { cause: error });
}
