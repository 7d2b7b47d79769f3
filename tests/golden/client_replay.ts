/** Plays a recorded conversation with our client: the script speaks for the server. @module */
import { assert, assertEquals } from "@std/assert";
import {
  connectTransport,
  type ExecServerClient,
  ExecServerError,
  type ProcessEvent,
  type RemoteProcess,
} from "../../client/mod.ts";
import { encodeError, encodeResponse, type RequestId } from "../../protocol/message.ts";
import { isRequestName, requests } from "../../protocol/methods/mod.ts";
import { decode } from "../../protocol/schema.ts";
import { memoryPair } from "../../protocol/transport/memory.ts";
import { within } from "../support/deadline.ts";
import { ScriptedServer } from "../client/scripted_server.ts";
import type { GoldenLine, RecordedMessage } from "./golden.ts";

/** What became of a replay. */
export interface ClientReplay {
  /** How many requests the client sent as recorded. */
  readonly sent: number;
  /** Recorded events of each process whose start succeeded, and those the handle delivered. */
  readonly processes: readonly { recorded: unknown[]; delivered: unknown[] }[];
}

/**
 * What our client adds to the recorded handshake. The recorded client knows no extensions; ours says
 * that it does, in a member that the reference passes over.
 */
const handshakeAddition = { extensions: true };

/** What the client did because of a recorded request, and how the recording answers it. */
interface Doing {
  readonly method: string;
  readonly id: RequestId;
  readonly outcome: Promise<unknown>;
}

/** One connection of the recording. */
class Line {
  readonly #server: ScriptedServer;
  readonly #connecting: Promise<ExecServerClient>;
  readonly #doing = new Map<string, Doing>();
  readonly #handles = new Map<string, RemoteProcess>();
  /** Events by process: as recorded, and as delivered. */
  readonly recorded = new Map<string, unknown[]>();
  readonly delivered = new Map<string, Promise<unknown[]>>();
  sent = 0;
  /** Whether the handshake was refused: our client drops such a connection. */
  isRefused = false;

  constructor(params: { clientName: string; resumeSessionId?: string }) {
    const [near, far] = memoryPair();
    this.#server = new ScriptedServer(far);
    this.#connecting = connectTransport(near, params);
    // A refused connection is looked at when its answer has been played.
    this.#connecting.catch(() => {});
  }

  /** Makes the client send a recorded request, and compares what it sends. */
  async request(message: RecordedMessage): Promise<void> {
    const { method = "", params, id = 0 } = message;
    const isFirst = this.sent === 0;
    const outcome = isFirst ? this.#connecting : this.#act(await this.#connecting, method, params);
    outcome.catch(() => {});
    const asked = await this.#server.asked(method);
    const expected = { ...Object(params), ...(isFirst ? handshakeAddition : {}) };
    assertEquals(asked.params ?? {}, expected, `parameters of ${method}`);
    this.#doing.set(String(id), { method, id: asked.id, outcome });
    this.sent++;
  }

  /** Takes the notification that ends the handshake. */
  async initialized(): Promise<void> {
    const message = await this.#server.next();
    assertEquals(message, { kind: "notification", method: "initialized", params: {} });
  }

  /** Plays a recorded answer, and compares what the client makes of it. */
  async answer(message: RecordedMessage): Promise<void> {
    const doing = this.#doing.get(String(message.id));
    // To a message our client would not send; should it come anyway, it must do no harm.
    const id = doing?.id ?? -1;
    const { error, result } = message;
    const text = error === undefined ? encodeResponse(id, result) : encodeError(id, error);
    this.#server.transport.send(text);
    if (doing !== undefined) await this.#compare(doing, message);
  }

  /** Plays a recorded notification. */
  async notify({ method = "", params }: RecordedMessage): Promise<void> {
    const { processId } = Object(params);
    this.recorded.get(processId)?.push(params);
    this.#server.notify(method, params);
    if (method !== "process/closed") return;
    // What the client does next may depend on it.
    const status = this.#handles.get(processId)?.status;
    if (status !== undefined) await within(status, `the end of process ${processId}`);
  }

  /** Ends the connection from the client's side. */
  async close(): Promise<void> {
    const client = await this.#connecting.catch(() => undefined);
    await client?.close();
  }

  /** The client's own way to make a recorded request, where it has one. */
  #act(client: ExecServerClient, method: string, params: unknown): Promise<unknown> {
    const { processId, ...fields } = Object(params);
    const handle = this.#handles.get(processId);
    switch (method) {
      case "process/start":
        return this.#start(client, params);
      case "process/read":
        if (handle !== undefined) return handle.read(fields);
        break;
      case "process/terminate":
        if (handle !== undefined) return handle.terminate().then((running) => ({ running }));
        break;
      case "process/signal":
        if (handle !== undefined) return handle.interrupt().then(() => ({}));
    }
    assert(isRequestName(method), `${method} is not playable`);
    return client.call(method, Object(params));
  }

  async #start(client: ExecServerClient, params: unknown): Promise<unknown> {
    const process = await client.start(Object(params));
    const { processId, sandboxType } = process;
    this.#handles.set(processId, process);
    return { processId, sandboxType };
  }

  async #compare({ method, outcome }: Doing, recorded: RecordedMessage): Promise<void> {
    const settled = await within(
      outcome.then((value) => ({ value }), (error: unknown) => ({ error })),
      `the outcome of ${method}`,
    );
    if (recorded.error !== undefined) {
      assert("error" in settled && settled.error instanceof ExecServerError, method);
      const { code, serverMessage } = settled.error;
      assertEquals({ code, message: serverMessage }, recorded.error);
      this.isRefused ||= outcome === this.#connecting;
      return;
    }
    assert("value" in settled, `${method} failed: ${"error" in settled ? settled.error : ""}`);
    if (method === "initialize") return this.#compareSession(recorded.result);
    assert(isRequestName(method));
    assertEquals(settled.value, decode<unknown>(requests[method].result, recorded.result));
    if (method === "process/start") this.#follow(recorded.result);
  }

  async #compareSession(recorded: unknown): Promise<void> {
    const { sessionId, environmentInfo } = await this.#connecting;
    assertEquals(
      { sessionId, environmentInfo },
      decode(requests["initialize"].result, recorded),
    );
  }

  /** Collects what the handle delivers from here on. */
  #follow(result: unknown): void {
    const { processId } = Object(result);
    const handle = this.#handles.get(processId);
    assert(handle !== undefined);
    this.recorded.set(processId, []);
    this.delivered.set(processId, collect(handle));
  }
}

async function collect(handle: RemoteProcess): Promise<unknown[]> {
  const events: unknown[] = [];
  try {
    for await (const event of handle.events()) events.push(toWire(handle.processId, event));
  } catch (error) {
    // The recording ends before the process does.
    assert(error instanceof ExecServerError && error.kind === "closed");
  }
  return events;
}

/** An event as the recording has it. */
function toWire(processId: string, event: ProcessEvent): unknown {
  const { type, ...rest } = event;
  assert(type.length > 0);
  return { processId, ...rest, ...("chunk" in rest ? { chunk: rest.chunk.toBase64() } : {}) };
}

/** Whether our client can be made to send a request: it is typed, so it cannot send nonsense. */
function isPlayable({ method = "", params }: RecordedMessage): boolean {
  if (!isRequestName(method)) return false;
  try {
    decode<unknown>(requests[method].params, params);
    return true;
  } catch {
    return false;
  }
}

/** Plays a conversation. */
export async function replayWithClient(lines: readonly GoldenLine[]): Promise<ClientReplay> {
  const open = new Map<string, Line>();
  const all: Line[] = [];
  for (const line of lines) {
    const { connection, direction } = line;
    const current = open.get(connection);
    if (line.kind === "elided" && direction === "c2s") {
      await current?.close();
      open.delete(connection);
    }
    if (line.kind !== "message") continue;
    const { message } = line;
    if (direction === "s2c") {
      if (message.method !== undefined) await current?.notify(message);
      else await current?.answer(message);
      if (current?.isRefused) open.delete(connection);
    } else if (message.method === "initialized") {
      await current?.initialized();
    } else if (isPlayable(message)) {
      const target = current ?? new Line(Object(message.params));
      if (current === undefined) all.push(target);
      open.set(connection, target);
      await target.request(message);
    }
  }
  for (const line of all) await line.close();
  return await summary(all);
}

async function summary(lines: readonly Line[]): Promise<ClientReplay> {
  const processes = [];
  for (const line of lines) {
    for (const [processId, recorded] of line.recorded) {
      processes.push({ recorded, delivered: await line.delivered.get(processId) ?? [] });
    }
  }
  return { sent: lines.reduce((sum, line) => sum + line.sent, 0), processes };
}
