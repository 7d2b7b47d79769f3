/** The WebSocket transport against an independent implementation, over real sockets. @module */

import { assert, assertEquals } from "@std/assert";
import { WebSocketTransport } from "../../../protocol/transport/websocket.ts";
import { readHead } from "../../../server/listen/http_head.ts";
import { upgradeAnswer } from "../../../server/listen/http_answer.ts";
import { within } from "../../support/deadline.ts";
import { WebSocket } from "../../support/ws.ts";
import { WebSocketServer } from "../../support/ws_server.ts";

const MIB = 1024 * 1024;
/** Around the borders of the three length forms and of the blocks that are sent. */
const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 192 * 1024, 5 * MIB];

/** Our transport as the server of a `ws` client. */
class OursServes implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly socket: WebSocket;
  readonly messages: { text: string; isBinary: boolean }[] = [];
  readonly closed = Promise.withResolvers<number>();
  #onMessage: (() => void) | undefined;

  constructor() {
    this.socket = new WebSocket(`ws://127.0.0.1:${this.#listener.addr.port}/`);
    this.socket.on("message", (data, isBinary) => {
      this.messages.push({ text: new TextDecoder().decode(data), isBinary });
      this.#onMessage?.();
    });
    this.socket.on("close", (code) => this.closed.resolve(code));
  }

  async accept(): Promise<WebSocketTransport> {
    const connection = await within(this.#listener.accept(), "the client");
    const head = await readHead(connection);
    if (head === undefined) throw new Error("The client left");
    await connection.write(await upgradeAnswer(head.headers.get("sec-websocket-key") ?? ""));
    await within(new Promise<void>((resolve) => this.socket.on("open", resolve)), "the upgrade");
    const options = { role: "server", peer: "p", early: head.rest } as const;
    return new WebSocketTransport(connection, options);
  }

  async received(count: number): Promise<void> {
    while (this.messages.length < count) {
      const next = new Promise<void>((resolve) => this.#onMessage = resolve);
      await within(next, `message ${this.messages.length + 1}`);
    }
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
    this.#listener.close();
  }
}

async function receive(transport: WebSocketTransport): Promise<string> {
  const text = await within(transport.receive(), "a message");
  if (text === undefined) throw new Error(await transport.closed);
  return text;
}

Deno.test("a ws client reads what our server sends, of any length", async () => {
  using pair = new OursServes();
  const transport = await pair.accept();
  for (const length of lengths) transport.send("x".repeat(length));
  transport.send("é😀");
  transport.sendBase64({ before: '{"a":"', bytes: new Uint8Array(70_000), after: '"}' });
  await pair.received(lengths.length + 2);
  assertEquals(pair.messages.map(({ text }) => text.length).slice(0, -2), lengths);
  assertEquals(pair.messages.at(-2), { text: "é😀", isBinary: false });
  assertEquals(pair.messages.at(-1)?.text, `{"a":"${new Uint8Array(70_000).toBase64()}"}`);
  assert(pair.messages.every(({ isBinary }) => !isBinary));
  await transport.finish("done");
  assertEquals(await within(pair.closed.promise, "the close"), 1006);
});

Deno.test("our server reads what a ws client sends, text, binary and in fragments", async () => {
  using pair = new OursServes();
  const transport = await pair.accept();
  for (const length of lengths) {
    pair.socket.send("y".repeat(length), { binary: length % 2 === 1 });
    assertEquals((await receive(transport)).length, length);
  }
  for (const [index, part] of ["a", "", "é", "d"].entries()) {
    pair.socket.send(part, { fin: index === 3 });
    if (index === 1) pair.socket.ping("between");
  }
  assertEquals(await receive(transport), "aéd");
  transport.close("done");
});

Deno.test("our server and a ws client answer each other's pings", async () => {
  using pair = new OursServes();
  const transport = await pair.accept();
  const receiving = transport.receive();
  const pong = new Promise<string>((resolve) =>
    pair.socket.on("pong", (data) => resolve(new TextDecoder().decode(data)))
  );
  const ping = new Promise<number>((resolve) =>
    pair.socket.on("ping", (data) => resolve(data.byteLength))
  );
  pair.socket.ping("hey");
  assertEquals(await within(pong, "the pong"), "hey");
  transport.ping();
  assertEquals(await within(ping, "the ping"), 0);
  pair.socket.send("still here");
  assertEquals(await within(receiving, "a message"), "still here");
  transport.close("done");
});

Deno.test("our server ends without a close frame when a ws client says goodbye", async () => {
  using pair = new OursServes();
  const transport = await pair.accept();
  pair.socket.close(1000);
  assertEquals(await within(transport.receive(), "the end"), undefined);
  assertEquals(await transport.closed, "p said goodbye");
  assertEquals(await within(pair.closed.promise, "the close"), 1006);
});

/** The answer to our hand-made upgrade, and the transport behind it. */
async function connectTo(port: number): Promise<WebSocketTransport> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = `GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: Upgrade\r\n` +
    "upgrade: websocket\r\nsec-websocket-version: 13\r\n" +
    "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(4096);
  let filled = 0;
  for (;;) {
    filled += (await within(connection.read(buffer.subarray(filled)), "the upgrade")) ?? 0;
    const end = new TextDecoder().decode(buffer.subarray(0, filled)).indexOf("\r\n\r\n");
    if (end < 0) continue;
    const early = buffer.slice(end + 4, filled);
    return new WebSocketTransport(connection, { role: "client", peer: "s", early });
  }
}

/** A `ws` server and our transport as its client. */
async function oursConnects(): Promise<{
  server: WebSocketServer;
  socket: WebSocket;
  transport: WebSocketTransport;
}> {
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 }, resolve);
  const connected = new Promise<WebSocket>((found) => server.on("connection", found));
  await listening;
  const transport = await connectTo(server.address().port);
  return { server, socket: await within(connected, "the connection"), transport };
}

async function end(server: WebSocketServer, socket: WebSocket): Promise<void> {
  socket.terminate();
  await within(new Promise<void>((resolve) => server.close(resolve)), "the server's end");
}

Deno.test("our client and a ws server read what the other sends", async () => {
  const { server, socket, transport } = await oursConnects();
  const heard: string[] = [];
  socket.on("message", (data) => {
    heard.push(new TextDecoder().decode(data));
    socket.send(data, { binary: false });
  });
  for (const length of lengths) {
    transport.send("z".repeat(length));
    assertEquals((await receive(transport)).length, length);
  }
  transport.sendBase64({ before: "é", bytes: new Uint8Array([1, 2, 3]), after: "" });
  assertEquals(await receive(transport), "éAQID");
  assertEquals(heard.length, lengths.length + 1);
  transport.close("done");
  await end(server, socket);
});

Deno.test("our client reads fragments with pings between from a ws server, and answers", async () => {
  const { server, socket, transport } = await oursConnects();
  const pong = new Promise<string>((resolve) =>
    socket.on("pong", (data) => resolve(new TextDecoder().decode(data)))
  );
  socket.send("fra", { fin: false });
  socket.ping("mid");
  socket.send("gment", { fin: true });
  assertEquals(await receive(transport), "fragment");
  assertEquals(await within(pong, "the pong"), "mid");
  socket.close(1001);
  assertEquals(await within(transport.receive(), "the end"), undefined);
  assertEquals(await transport.closed, "s said goodbye");
  await end(server, socket);
});
