/** One program that serves file calls in a sandbox, as the server sees it. @module */

import { RpcError } from "../../../protocol/errors.ts";
import { limits } from "../../../protocol/limits.ts";
import { type NotificationName, notifications } from "../../../protocol/methods/mod.ts";
import { decode } from "../../../protocol/schema.ts";
import { lendBlock } from "../../../protocol/spare_blocks.ts";
import type { Call } from "../../call.ts";
import { type Child, type ExitStatus, type Spawner, SpawnError } from "../../process/spawner.ts";
import type { HeldRequest } from "../../sandbox/sandbox.ts";
import { encodeFrame, FrameReader } from "./frame.ts";
import { HelperInput } from "./helper_input.ts";
import {
  type CallOrder,
  type HelperOrder,
  type HelperReport,
  helperReport,
  MOST_HEAD_BYTES,
  type ResultReport,
} from "./helper_messages.ts";
import { LastWords } from "./last_words.ts";

/** What a helper is to do. */
export interface HelperCall extends Pick<CallOrder, "channel" | "wantsExtensions"> {
  /** Name on the wire. */
  readonly method: string;
  /** Decoded parameters without a sandbox; bytes among them stay as they are until the answer. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Asked for room, and told what comes before the answer; only with calls of a connection. */
  readonly call?: Pick<Call, "roomToAnswer" | "notifier"> | undefined;
  /** Where bytes of the result go; at most so many come. */
  readonly into?: Uint8Array<ArrayBuffer> | undefined;
}

/** How a call ended. */
export interface HelperResult {
  /** Says what the body is. */
  readonly report: ResultReport;
  /** See `ResultReport`. */
  readonly body: Uint8Array<ArrayBuffer>;
}

interface Pending extends Pick<HelperCall, "method" | "params" | "call" | "into"> {
  readonly outcome: PromiseWithResolvers<HelperResult>;
}

/** What is told before the answer: the helper may be in the hands of whoever wrote the files. */
const told: ReadonlyMap<string, NotificationName> = new Map([["fs/grep", "fs/grepMatches"]]);

const NOTHING = new Uint8Array();
const decoder = new TextDecoder();

/** One helper, from its start to its end. */
export class FileHelper {
  /** Settles when it has ended. Never rejects. */
  readonly closed: Promise<void>;
  readonly #child: Child;
  readonly #input: HelperInput;
  readonly #reader: FrameReader<HelperReport>;
  readonly #pending = new Map<number, Pending>();
  readonly #words = new LastWords();
  readonly #closed = Promise.withResolvers<void>();
  #lastId = 0;
  #exit: ExitStatus | undefined;
  #end: RpcError | undefined;

  /**
   * Starts it.
   * @throws {RpcError} when the system refuses
   */
  constructor({ request, started, ended }: HeldRequest, spawner: Spawner) {
    this.closed = this.#closed.promise.then(ended);
    this.#reader = new FrameReader({
      most: { head: MOST_HEAD_BYTES, body: limits.readFileBytes },
      decode: (value) => decode(helperReport, value),
      place: (report, length) => this.#place(report, length),
      take: (report, body) => this.#take(report, body),
    });
    try {
      this.#child = spawner.spawn(request, {
        output: (stream, bytes) => this.#read(stream === "stdout", bytes),
        writable: () => this.#input.flush(),
        exited: (status) => this.#exit = status,
        closed: () => this.#onClosed(),
      });
      this.#input = new HelperInput(this.#child);
    } catch (error) {
      this.#closed.resolve();
      if (!(error instanceof SpawnError)) throw error;
      const reason = `Cannot start the program that serves files in a sandbox: ${error.message}`;
      throw new RpcError("fileFailed", reason, { cause: error });
    } finally {
      started();
    }
  }

  /** Why it takes no more calls; undefined as long as it does. */
  get end(): RpcError | undefined {
    return this.#end;
  }

  /**
   * Has a call served.
   * @throws {RpcError} whatever refuses it there, and `fileFailed` when the helper ends before
   */
  async call(
    { method, params, channel, wantsExtensions, call, into }: HelperCall,
  ): Promise<HelperResult> {
    if (this.#end !== undefined) throw this.#end;
    const id = ++this.#lastId;
    const outcome = Promise.withResolvers<HelperResult>();
    this.#pending.set(id, { method, params, call, into, outcome });
    const bytes = Object.keys(params).find((name) => params[name] instanceof Uint8Array);
    const body = bytes === undefined ? undefined : params[bytes];
    const others = bytes === undefined ? params : { ...params, [bytes]: undefined };
    this.#send(
      { kind: "call", id, channel, method, params: others, bytes, wantsExtensions },
      isBytes(body) ? body : NOTHING,
    );
    return await outcome.promise;
  }

  /** Tells it that a connection has ended. */
  leave(channel: number): void {
    this.#send({ kind: "leave", channel });
  }

  /** Ends it when nothing is in work. It is gone once `closed` settles. */
  finish(): void {
    this.#end ??= new RpcError(
      "fileFailed",
      "The program that serves files in a sandbox has ended",
    );
    this.#child.kill();
  }

  #send(order: HelperOrder, body: Uint8Array<ArrayBuffer> = NOTHING): void {
    if (this.#end === undefined) this.#input.write(encodeFrame(order, body));
  }

  #read(isReport: boolean, bytes: Uint8Array<ArrayBuffer>): void {
    if (!isReport) return this.#words.add(bytes);
    if (this.#end !== undefined) return;
    try {
      this.#reader.push(bytes);
    } catch (error) {
      this.#fail(
        `it wrote what is not understood: ${error instanceof Error ? error.message : error}`,
      );
      this.#child.kill();
    }
  }

  #place(report: HelperReport, length: number): Uint8Array<ArrayBuffer> {
    if (report.kind !== "result" || report.bytes === undefined) return new Uint8Array(length);
    const into = this.#pending.get(report.id)?.into;
    if (into === undefined) return lendBlock(length);
    if (length > into.byteLength) throw new RangeError(`${length} bytes, of ${into.byteLength}`);
    return into.subarray(0, length);
  }

  #take(report: HelperReport, body: Uint8Array<ArrayBuffer>): void {
    const pending = this.#pending.get(report.id);
    if (pending === undefined) return;
    const { call, outcome } = pending;
    switch (report.kind) {
      case "result":
        this.#pending.delete(report.id);
        return outcome.resolve({ report, body });
      case "refused":
        this.#pending.delete(report.id);
        return outcome.reject(new RpcError(report.key, report.message, { data: report.data }));
      case "room":
        return this.#goAfter(report.id, call?.roomToAnswer(report.bytes));
      case "notify":
        this.#notify(report.method, body, pending);
        return this.#goAfter(report.id, call?.notifier.room());
    }
  }

  #goAfter(id: number, room: Promise<void> | undefined): void {
    if (room === undefined) this.#send({ kind: "go", id });
    else void room.then(() => this.#send({ kind: "go", id }));
  }

  #notify(name: string, body: Uint8Array<ArrayBuffer>, { method, params, call }: Pending): void {
    const known = told.get(method);
    if (known === undefined || known !== name) {
      throw new RangeError(`Notification ${name} does not belong to ${method}`);
    }
    const content = decode(notifications[known].params, JSON.parse(decoder.decode(body)));
    if (Object(content).searchId !== params["searchId"]) {
      throw new RangeError(`Notification ${name} belongs to another search`);
    }
    call?.notifier.notify(known, content);
  }

  #onClosed(): void {
    const { code = 0, signal = 0 } = this.#exit ?? {};
    const how = signal === 0 ? `status ${code}` : `signal ${signal}`;
    this.#fail(`it ended by ${how}${this.#words.text}`);
    this.#closed.resolve();
  }

  /** Everything that waits for it is told. */
  #fail(reason: string): void {
    this.#end ??= new RpcError(
      "fileFailed",
      `The program that serves files in a sandbox failed: ${reason}`,
    );
    this.#input.drop();
    for (const { outcome } of this.#pending.values()) outcome.reject(this.#end);
    this.#pending.clear();
  }
}

function isBytes(value: unknown): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array;
}
