/** A client that connects again and again, each time to a server that a test moves by hand. @module */
import { assertEquals } from "@std/assert";
import { connectTransport, type SessionState } from "../../client/mod.ts";
import { memoryPair } from "../../protocol/transport/memory.ts";
import type { Transport } from "../../protocol/transport/transport.ts";
import { within } from "../support/deadline.ts";
import { scriptedInfo, ScriptedServer } from "./scripted_server.ts";

/** A client, and the servers that its connections lead to, one after the other. */
export class ScriptedLine {
  readonly states: SessionState[] = [];
  readonly #fresh: ScriptedServer[] = [];
  readonly #wanted: ((server: ScriptedServer) => void)[] = [];

  /** What the client's next connection leads to. */
  server(): Promise<ScriptedServer> {
    const server = this.#fresh.shift();
    const next = server === undefined
      ? new Promise<ScriptedServer>((resolve) => this.#wanted.push(resolve))
      : Promise.resolve(server);
    return within(next, "a connection");
  }

  /** Makes a connection; the client's way to open one. */
  readonly open = (): Promise<Transport> => {
    const [near, far] = memoryPair();
    const server = new ScriptedServer(far);
    const wanted = this.#wanted.shift();
    if (wanted === undefined) this.#fresh.push(server);
    else wanted(server);
    return Promise.resolve(near);
  };

  /** Opens the session. */
  async client(info: unknown = scriptedInfo) {
    const options = { random: () => 1, recoveryTimeoutMs: 5000 };
    const connecting = connectTransport(await this.open(), options, this.open);
    const server = await this.server();
    await server.serve("initialize", { sessionId: "s", environmentInfo: info });
    await server.next();
    const client = await connecting;
    client.onState((state) => this.states.push(state));
    return { client, server };
  }
}

/** Lets a client that comes back in. */
export async function welcome(server: ScriptedServer): Promise<void> {
  const params = await server.serve("initialize", {
    sessionId: "s",
    environmentInfo: scriptedInfo,
  });
  assertEquals(Object(params).resumeSessionId, "s");
  await server.next();
}
