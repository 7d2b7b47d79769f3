/** Measures what the client library adds to a call, compared with a bare client of the wire. @module */

import { connectWebSocket } from "../client/mod.ts";
import { startServer } from "./contender.ts";
import { type Figure, takeTurns } from "./figure.ts";
import { median } from "./statistics.ts";
import { clientFrame, opcode } from "./websocket_frames.ts";
import { WireClient } from "./wire_client.ts";

const GOAL_MS = 0.1;

/** `environment/status` through the library and through `WireClient`, one after another. */
export const clientCall: Figure = {
  name: "client-call",
  run: async (setting) => {
    const rounds = setting.quick ? 3 : 10;
    const perTurn = setting.quick ? 200 : 500;
    await using server = await startServer(setting.ours);
    await using library = await connectWebSocket({ url: server.url });
    using wire = (await WireClient.open(server.url)).client;
    using floor = await BareCaller.open(server.url);
    const callers = [
      () => library.call("environment/status", {}),
      () => wire.call("environment/status", {}),
      () => floor.call(),
    ];
    const [through = [], bare = [], least = []] = await takeTurns(
      callers,
      rounds,
      (call) => callTimes(call, perTurn),
    );
    return [{
      figure: "environment/status through the client library, p50",
      unit: "ms",
      ours: { value: median(through) },
      limit: { value: median(bare), by: "a bare client of the wire" },
    }, {
      figure: "what the client library adds to a call, p50",
      unit: "ms",
      ours: { value: median(through) - median(bare) },
      goal: { on: "value", is: "at most", bound: GOAL_MS },
    }, {
      // The wire client has a deadline for each call, and so is not the least there can be.
      figure: "same, compared with prepared bytes on a socket, p50",
      unit: "ms",
      ours: { value: median(through) - median(least) },
      goal: { on: "value", is: "at most", bound: GOAL_MS },
      limit: { value: median(least), by: "prepared bytes on a socket" },
    }];
  },
};

/** Sends the same bytes again and again, and looks only at how many come back. */
class BareCaller implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #request: Uint8Array<ArrayBuffer>;
  readonly #buffer = new Uint8Array(4096);
  #answerBytes = 0;

  /** Use {@linkcode BareCaller.open}. */
  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#request = frameOf({ id: 2, method: "environment/status", params: {} });
  }

  /** Connects and does the handshake. */
  static async open(url: string): Promise<BareCaller> {
    const { hostname, port, host } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay(true);
    const caller = new BareCaller(connection);
    const upgrade = `GET / HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    await caller.#ask(new TextEncoder().encode(upgrade));
    await caller.#ask(frameOf({ id: 1, method: "initialize", params: { clientName: "bench" } }));
    await connection.write(frameOf({ method: "initialized", params: {} }));
    const answer = await caller.#ask(caller.#request);
    if (!answer.includes('"ready"')) throw new Error(`Cannot compare: the server said ${answer}`);
    return caller;
  }

  /** One call. @throws {Error} when the answer is not as long as the first one */
  async call(): Promise<void> {
    await this.#connection.write(this.#request);
    const count = await this.#connection.read(this.#buffer);
    if (count !== this.#answerBytes) throw new Error(`Cannot compare: ${count} bytes came`);
  }

  /** Ends the connection. */
  [Symbol.dispose](): void {
    this.#connection.close();
  }

  /** Answers are short, and come in one piece on loopback. */
  async #ask(bytes: Uint8Array): Promise<string> {
    await this.#connection.write(bytes);
    this.#answerBytes = await this.#connection.read(this.#buffer) ?? 0;
    return new TextDecoder().decode(this.#buffer.subarray(0, this.#answerBytes));
  }
}

function frameOf(message: unknown): Uint8Array<ArrayBuffer> {
  return clientFrame(opcode.text, new TextEncoder().encode(JSON.stringify(message)));
}

/** Milliseconds of each call. */
async function callTimes(call: () => Promise<unknown>, count: number): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let index = 0; index < count; index++) {
    const beganAt = performance.now();
    await call();
    samples.push(performance.now() - beganAt);
  }
  return samples;
}
