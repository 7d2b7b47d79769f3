/** A server whose every word a test decides, joined to the client by a memory transport. @module */
import { assertEquals } from "@std/assert";
import { connectTransport, type ExecServerClient } from "../../client/mod.ts";
import type { ClientOptions } from "../../client/mod.ts";
import {
  encodeError,
  encodeNotification,
  encodeResponse,
  type Message,
  parseMessage,
  type RequestId,
} from "../../protocol/message.ts";
import { memoryPair } from "../../protocol/transport/memory.ts";
import type { Transport } from "../../protocol/transport/transport.ts";
import { within } from "../support/deadline.ts";

/** A request as the server got it. */
export interface Asked {
  readonly id: RequestId;
  readonly params: unknown;
}

/** What every scripted session says about itself unless told otherwise. */
export const scriptedInfo = {
  shell: { name: "sh", path: "/bin/sh" },
  cwd: "file:///work",
  capabilities: { processCloseStdin: true },
};

/** The far end of a transport, moved by hand. */
export class ScriptedServer {
  readonly transport: Transport;

  /** Speaks for the server over `transport`. */
  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** The next message of the client. */
  async next(): Promise<Message> {
    const text = await within(this.transport.receive(), "a message of the client");
    if (text === undefined) throw new Error("The client hung up");
    return parseMessage(text);
  }

  /** The next message, which must be this request. */
  async asked(method: string): Promise<Asked> {
    const message = await this.next();
    if (message.kind !== "request") throw new Error(`Expected ${method}, got a ${message.kind}`);
    assertEquals(message.method, method);
    return { id: message.id, params: message.params };
  }

  /** Answers a request. */
  answer(asked: Asked, result: unknown): void {
    this.transport.send(encodeResponse(asked.id, result));
  }

  /** Takes a request and answers it; returns its parameters. */
  async serve(method: string, result: unknown): Promise<unknown> {
    const asked = await this.asked(method);
    this.answer(asked, result);
    return asked.params;
  }

  /** Refuses a request. */
  refuse(asked: Asked, code: number, message: string): void {
    this.transport.send(encodeError(asked.id, { code, message }));
  }

  /** Sends a notification. */
  notify(method: string, params: unknown): void {
    this.transport.send(encodeNotification(method, params));
  }

  /** Sends output of process `p`. */
  output(seq: number, text: string, stream = "stdout"): void {
    const chunk = new TextEncoder().encode(text);
    this.notify("process/output", { processId: "p", seq, stream, chunk });
  }

  /** Sends the exit of process `p`. */
  exited(seq: number, exitCode = 0): void {
    this.notify("process/exited", { processId: "p", seq, exitCode, sandboxDenied: false });
  }

  /** Sends the close of process `p`. */
  closed(seq: number): void {
    this.notify("process/closed", { processId: "p", seq });
  }

  /** Proves that the client has nothing more to say and has read everything said so far. */
  async proveQuiet(client: ExecServerClient): Promise<void> {
    const status = client.call("environment/status", {});
    await this.serve("environment/status", { status: "ready" });
    await status;
  }
}

/** A client and the server it is connected to. */
export interface ScriptedSession {
  readonly client: ExecServerClient;
  readonly server: ScriptedServer;
}

/** Opens a session. */
export async function scriptedSession(
  options: ClientOptions = {},
  info: unknown = scriptedInfo,
): Promise<ScriptedSession> {
  const [near, far] = memoryPair();
  const server = new ScriptedServer(far);
  const connecting = connectTransport(near, options);
  await server.serve("initialize", { sessionId: "s", environmentInfo: info });
  const { kind } = await server.next();
  assertEquals(kind, "notification");
  return { client: await connecting, server };
}

/** Starts process `p`, whatever it is. */
export async function scriptedProcess(session: ScriptedSession) {
  const starting = session.client.start({ processId: "p", argv: ["program"] });
  await session.server.serve("process/start", { processId: "p", sandboxType: "none" });
  return await starting;
}
