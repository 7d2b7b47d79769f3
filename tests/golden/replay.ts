/** Plays the client's half of a recorded conversation and checks the server's half. @module */
import { assertEquals } from "@std/assert";
import type { Message } from "../support/message.ts";
import type { Peer } from "../support/peer.ts";
import { compareAnswer } from "./compare.ts";
import type { Deviation } from "./deviations.ts";
import type { GoldenLine, RecordedMessage } from "./golden.ts";
import type { Placeholders } from "./placeholders.ts";
import { processIdOf, ProcessRecord } from "./process_record.ts";

/** What a replay needs besides the lines. */
export interface ReplayWorld {
  /** Opens a connection without a handshake. */
  readonly connect: () => Promise<Peer>;
  /** The values known before the start. */
  readonly placeholders: Placeholders;
  /** Differences that are allowed in this conversation. */
  readonly deviations: readonly Deviation[];
  /** Makes what happened on the machine right before a line; nothing when absent. */
  readonly beforeLine?: (line: number) => Promise<void>;
  /** The server's end, where the conversation records it. */
  readonly status?: Promise<{ readonly code: number }>;
}

type Id = string | number;

interface SentRequest {
  readonly message: RecordedMessage;
  /** Whether all events of the process it names were known before. */
  readonly wasClosed: boolean;
}

interface Connection {
  readonly peer: Peer;
  /** The requests sent, by id. */
  readonly requests: Map<Id, SentRequest>;
  /** Ids of answers, as recorded. */
  readonly recorded: Id[];
  /** Ids of answers, as they came. */
  readonly arrived: Id[];
}

/** How often a resume is repeated while the server has not noticed the old connection's end. */
const RESUME_ATTEMPTS = 200;

/** Plays a conversation.
 * @throws {Error} on the first difference that matters, with the line's number */
export async function replay(lines: readonly GoldenLine[], world: ReplayWorld): Promise<void> {
  const player = new Player(lines, world);
  try {
    for (const line of lines) await player.play(line);
    player.finish();
  } finally {
    await player.dispose();
  }
}

class Player {
  readonly #world: ReplayWorld;
  readonly #processes: ProcessRecord;
  readonly #connections = new Map<string, Connection>();

  constructor(lines: readonly GoldenLine[], world: ReplayWorld) {
    this.#world = world;
    this.#processes = new ProcessRecord(lines);
  }

  async play(line: GoldenLine): Promise<void> {
    try {
      await this.#world.beforeLine?.(line.line);
      const connection = await this.#connection(line.connection);
      if (line.direction === "c2s") await this.#speak(line, connection);
      else await this.#listen(line, connection);
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`Line ${line.line}: ${words}`, { cause });
    }
  }

  /** Checks what can be told only at the end: the order of answers, and that none came too much. */
  finish(): void {
    for (const { recorded, arrived, peer } of this.#connections.values()) {
      const bound = (id: Id) => this.#deviations("answerOrder", id).length === 0;
      assertEquals(arrived.filter(bound), recorded.filter(bound), "order of answers");
      const rest = peer.wire.inbox.untaken.filter((message) => message.id !== undefined);
      assertEquals(rest.map((message) => message.text), [], "answers nobody asked for");
    }
  }

  async dispose(): Promise<void> {
    for (const { peer } of this.#connections.values()) await peer.drop();
  }

  async #connection(name: string): Promise<Connection> {
    const known = this.#connections.get(name);
    if (known !== undefined) return known;
    const peer = await this.#world.connect();
    const connection: Connection = { peer, requests: new Map(), recorded: [], arrived: [] };
    this.#connections.set(name, connection);
    peer.wire.inbox.observe((message) => {
      if (message.id !== undefined) connection.arrived.push(message.id);
      this.#processes.observe(message);
    });
    return connection;
  }

  async #speak(line: GoldenLine, { peer, requests }: Connection): Promise<void> {
    if (line.kind === "raw") return peer.wire.sendText(line.text);
    if (line.kind !== "message") return await peer.drop();
    const message = this.#world.placeholders.fill(line.message);
    const wasClosed = this.#processes.isComplete(processIdOf(message.params) ?? "");
    if (message.id !== undefined) requests.set(message.id, { message, wasClosed });
    peer.send(message);
  }

  async #listen(line: GoldenLine, connection: Connection): Promise<void> {
    switch (line.kind) {
      case "raw":
        throw new Error("Only a line of a client can be raw");
      case "close":
        return assertEquals((await connection.peer.hangUp()).code, line.code);
      case "elided":
        if (!line.words.startsWith("server exits")) return;
        return assertEquals((await this.#world.status)?.code, 0);
      case "message":
        if (line.message.id === undefined) {
          return await this.#expectNotice(line.message, connection);
        }
        return await this.#expectAnswer(line.message, line.message.id, connection);
    }
  }

  async #expectNotice(recorded: RecordedMessage, { peer }: Connection): Promise<void> {
    const { method = "", params } = recorded;
    if (method.startsWith("process/")) return await this.#processes.expect(recorded);
    const actual = await peer.notification(method);
    assertEquals(actual.params, this.#world.placeholders.fill(params));
  }

  async #expectAnswer(recorded: RecordedMessage, id: Id, connection: Connection): Promise<void> {
    const request = connection.requests.get(id);
    connection.recorded.push(id);
    const actual = await this.#takeAnswer(recorded, request?.message, id, connection);
    const [deviation] = this.#deviations("errorCode", id);
    if (deviation !== undefined) return assertEquals(actual.error?.code, deviation.code);
    const method = request?.message.method;
    const wasClosed = request?.wasClosed ?? false;
    const freeMembers = this.#deviations("members", id).flatMap(({ members = [] }) => members);
    const areWordsFree = this.#deviations("systemWords", id).length > 0;
    const answered = { method, recorded, actual, wasClosed, freeMembers, areWordsFree };
    compareAnswer(answered, this.#world.placeholders);
    if (method === "process/read" && actual.error === undefined) {
      this.#processes.observeRead(processIdOf(request?.message.params) ?? "", actual.result);
    }
  }

  /** Takes an answer. A resume right after a drop may come too early for the server: then the same
   * request is sent again, which is what clients do. */
  async #takeAnswer(
    recorded: RecordedMessage,
    request: RecordedMessage | undefined,
    id: Id,
    { peer, arrived }: Connection,
  ): Promise<Message> {
    for (let attempt = 0; attempt < RESUME_ATTEMPTS; attempt++) {
      const actual = await peer.answer(id);
      const isEarly = actual.error?.code === -32010 && recorded.error === undefined;
      if (!isEarly) return actual;
      arrived.pop();
      peer.send(request);
    }
    throw new Error("The session stays attached after its connection was dropped");
  }

  #deviations(differs: Deviation["differs"], id: Id): readonly Deviation[] {
    return this.#world.deviations.filter((deviation) =>
      deviation.differs === differs && (deviation.ids?.includes(id) ?? true)
    );
  }
}
