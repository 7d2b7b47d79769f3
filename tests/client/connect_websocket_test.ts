/** Connecting over sockets: upgrade, refusals, deadlines. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { connectWebSocket, ExecServerError } from "../../client/mod.ts";
import { parseAddress } from "../../client/websocket_address.ts";
import { openWebSocket } from "../../client/websocket.ts";
import { connectTransport } from "../../client/connect_transport.ts";
import { within } from "../support/deadline.ts";
import { Scratch } from "../support/scratch.ts";
import { launchServer } from "../support/server_process.ts";
import { sharedServer } from "../support/shared_server.ts";
import { ManualClock } from "./manual_clock.ts";

const server = sharedServer();

async function failureOf(promise: Promise<unknown>): Promise<ExecServerError> {
  return await within(assertRejects(() => promise, ExecServerError), "a rejection");
}

/** A listener that takes one connection, answers it with `answer` and gives what was asked. */
function oneAnswer(answer: string) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { promise: asked, resolve } = Promise.withResolvers<string>();
  const serving = (async () => {
    using connection = await listener.accept();
    const buffer = new Uint8Array(4096);
    const count = await connection.read(buffer);
    resolve(new TextDecoder().decode(buffer.subarray(0, count ?? 0)));
    if (answer !== "") await connection.write(new TextEncoder().encode(answer));
    // Held until the client hangs up: the client must not wait for it.
    await connection.read(buffer).catch(() => {});
    listener.close();
  })();
  const url = `ws://127.0.0.1:${listener.addr.port}`;
  return { url, asked, serving };
}

Deno.test("connectWebSocket() works over a Unix socket", async () => {
  await using scratch = await Scratch.create();
  const url = `unix://${join(scratch.path, "a socket")}`.replace(" ", "%20");
  await using unixServer = await launchServer({ listen: decodeURIComponent(url) });
  assertEquals(unixServer.url.startsWith("unix://"), true);
  await using client = await connectWebSocket({ url });
  assertEquals(await client.call("environment/status", {}), { status: "ready" });
});

Deno.test("openWebSocket() gives a transport over the web's own WebSocket", async () => {
  const { signal } = new AbortController();
  const transport = await openWebSocket(parseAddress(server().url), new Headers(), signal);
  const client = await connectTransport(transport);
  const process = await client.start({ argv: ["/bin/echo", "hi"] });
  assertEquals(new TextDecoder().decode((await process.output()).stdout), "hi\n");
  const pending = failureOf(client.call("process/read", { processId: "?", waitMs: 1 }));
  assertEquals((await pending).kind, "server");
  await client.close();
  assertEquals((await client.closed).kind, "closed");
});

Deno.test("openWebSocket() rejects when nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = parseAddress(`ws://127.0.0.1:${listener.addr.port}`);
  listener.close();
  const { signal } = new AbortController();
  const error = await failureOf(openWebSocket(address, new Headers(), signal));
  assertEquals(error.kind, "connect");
});

Deno.test("connectWebSocket() says why a connection is refused", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `ws://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const error = await failureOf(connectWebSocket({ url }));
  assertEquals(error.kind, "connect");
  assertEquals(
    error.message,
    `Cannot connect to exec-server websocket ${url}: Connection refused`,
  );
});

Deno.test("connectWebSocket() sends its headers and repeats the server's refusal", async () => {
  const answer = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 21\r\n\r\ninvalid bearer token.";
  const { url, asked, serving } = oneAnswer(answer);
  const headers = { authorization: "Bearer hush" };
  const error = await failureOf(connectWebSocket({ url, headers }));
  assertEquals((await asked).includes("\r\nauthorization: Bearer hush\r\n"), true);
  assertEquals(error.kind, "connect");
  const end = "it answered 401 Unauthorized (invalid bearer token.)";
  assertEquals(error.message, `Cannot connect to exec-server websocket ${url}: ${end}`);
  await serving;
});

Deno.test("connectWebSocket() refuses an upgrade that is not genuine", async () => {
  const answer = "HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: bm8=\r\n\r\n";
  const { url, serving } = oneAnswer(answer);
  const error = await failureOf(connectWebSocket({ url }));
  assertEquals(error.message.endsWith("its handshake is not genuine"), true);
  await serving;
});

Deno.test("connectWebSocket() refuses what does not speak HTTP", async () => {
  const { url, serving } = oneAnswer("SSH-2.0-OpenSSH\r\n\r\n");
  const error = await failureOf(connectWebSocket({ url }));
  assertEquals(error.message.endsWith("it answered something that is not HTTP"), true);
  await serving;
});

Deno.test("connectWebSocket() gives up on a server that never answers the upgrade", async () => {
  const clock = new ManualClock();
  const { url, asked, serving } = oneAnswer("");
  const connecting = failureOf(connectWebSocket({ url, clock, connectTimeoutMs: 2000 }));
  await asked;
  clock.advance(2000);
  const error = await connecting;
  assertEquals(error.kind, "connectTimeout");
  assertEquals(
    error.message,
    `Timed out connecting to exec-server websocket ${url} after 2000 ms`,
  );
  // The connection is not left behind.
  await within(serving, "the client to hang up");
});

Deno.test("connectWebSocket() stops when its signal aborts", async () => {
  const { url, asked, serving } = oneAnswer("");
  const abort = new AbortController();
  const connecting = assertRejects(
    () => connectWebSocket({ url, signal: abort.signal }),
    Error,
    "Never mind",
  );
  await asked;
  abort.abort(new Error("Never mind"));
  await connecting;
  await within(serving, "the client to hang up");
});

Deno.test("connectWebSocket() tells when the server is gone", async () => {
  await using ownServer = await launchServer();
  const client = await connectWebSocket({ url: ownServer.url, recoveryTimeoutMs: 300 });
  const process = await client.start({ argv: ["/bin/sleep", "1000"] });
  await ownServer.endBy("SIGKILL");
  assertEquals((await client.closed).kind, "disconnected");
  assertEquals((await failureOf(process.status)).kind, "disconnected");
  await client.close();
});
