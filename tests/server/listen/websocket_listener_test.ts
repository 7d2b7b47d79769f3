/** Callers on a real socket: upgrades, refusals, silent ones, pings, and what is left behind. @module */

import { assertEquals, assertMatch } from "@std/assert";
import { limits } from "../../../protocol/limits.ts";
import { within } from "../../support/deadline.ts";
import { call, end, Listening, readToEnd } from "../../support/listening.ts";
import { exchange } from "../../support/raw_http.ts";

Deno.test("WebSocketListener upgrades callers and names them with their address", async () => {
  using listening = new Listening();
  const caller = call(listening);
  const transport = await listening.transport();
  assertMatch(transport.peer, /^exec-server websocket 127\.0\.0\.1:\d+$/);
  assertEquals([caller.socket.extensions, caller.socket.protocol], ["", ""]);
  await end(caller);
  await within(transport.closed, "the end of the transport");
});

Deno.test("WebSocketListener takes frames that come with the request", async () => {
  using listening = new Listening();
  using connection = await listening.connectRaw();
  const request = "GET / HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
    "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
  const ping = new Uint8Array([0x89, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
  await connection.write(new Uint8Array([...new TextEncoder().encode(request), ...ping]));
  const transport = await listening.transport();
  const buffer = new Uint8Array(1024);
  let hex = "";
  while (!hex.endsWith("6869")) {
    const count = await within(connection.read(buffer), "the pong");
    if (count === null) throw new Error("The connection ended");
    hex += buffer.subarray(0, count).toHex();
  }
  assertEquals(hex.slice(-8), "8a026869");
  transport.close("done");
});

Deno.test("WebSocketListener answers plain requests and hangs up", async () => {
  using listening = new Listening();
  const address = `http://${listening.url}`;
  const ready = await exchange(address, "GET /readyz");
  assertEquals([ready.status, ready.body, ready.headers.get("connection")], [200, "", "close"]);
  assertEquals((await exchange(address, "POST /readyz")).headers.get("allow"), "GET,HEAD");
  assertEquals((await exchange(address, "GET /readyz", { origin: "null" })).status, 403);
  const bad = await exchange(address, "GET /");
  assertEquals([bad.status, bad.body], [400, "Connection header did not include 'upgrade'"]);
  const head = await exchange(address, "HEAD /");
  assertEquals([head.status, head.body], [405, ""]);
});

Deno.test("WebSocketListener refuses another Host than its own", async () => {
  using listening = new Listening();
  using connection = await listening.connectRaw();
  await connection.write(
    new TextEncoder().encode("GET /readyz HTTP/1.1\r\nhost: evil.example\r\n\r\n"),
  );
  assertMatch(await readToEnd(connection), /^HTTP\/1\.1 403 Forbidden\r\n/);
});

Deno.test("WebSocketListener answers 400 to what is not HTTP", async () => {
  using listening = new Listening();
  using connection = await listening.connectRaw();
  await connection.write(new TextEncoder().encode("SSH-2.0-x\r\n\r\n"));
  assertMatch(await readToEnd(connection), /^HTTP\/1\.1 400 Bad Request\r\n/);
});

Deno.test("WebSocketListener serves one request per connection, so that none can hide", async () => {
  using listening = new Listening();
  using connection = await listening.connectRaw();
  const request = "GET /readyz HTTP/1.1\r\n\r\n";
  await connection.write(new TextEncoder().encode(request + request));
  assertEquals((await readToEnd(connection)).split("HTTP/1.1").length, 2);
});

Deno.test("WebSocketListener hangs up on a caller that sends no request in time", async () => {
  using listening = new Listening();
  using silent = await listening.connectRaw();
  using slow = await listening.connectRaw();
  await slow.write(new TextEncoder().encode("GET / HTT"));
  // A third caller that was served proves that the first two were accepted.
  await exchange(`http://${listening.url}`, "GET /readyz");
  const ends = [readToEnd(silent), readToEnd(slow)];
  listening.clock.advance(limits.requestHeadMs - 1);
  assertEquals(listening.clock.pending, 2);
  listening.clock.advance(1);
  assertEquals(await Promise.all(ends), ["", ""]);
  assertEquals(listening.clock.pending, 0);
});

Deno.test("WebSocketListener pings every 30 s and punishes no missing pong", async () => {
  using listening = new Listening();
  const caller = call(listening);
  const pings: number[] = [];
  let next = Promise.withResolvers<void>();
  caller.socket.on("ping", (data) => {
    pings.push(data.byteLength);
    next.resolve();
  });
  await listening.transport();
  listening.clock.advance(limits.pingIntervalMs - 1);
  assertEquals(listening.clock.pending, 1);
  for (let count = 1; count <= 3; count++) {
    next = Promise.withResolvers();
    listening.clock.advance(count === 1 ? 1 : limits.pingIntervalMs);
    await within(next.promise, `ping ${count}`);
    assertEquals(pings, Array.from({ length: count }, () => 0));
  }
  await end(caller);
});

Deno.test("WebSocketListener stops pinging a caller that is gone", async () => {
  using listening = new Listening();
  const caller = call(listening);
  const transport = await listening.transport();
  await end(caller);
  await within(transport.closed, "the end of the transport");
  while (listening.clock.pending > 0) await Promise.resolve();
});

Deno.test("WebSocketListener drops everyone without a close frame when it is disposed", async () => {
  const listening = new Listening();
  const callers = [call(listening), call(listening)];
  for (const _ of callers) await listening.transport();
  using silent = await listening.connectRaw();
  await exchange(`http://${listening.url}`, "GET /readyz");
  listening[Symbol.dispose]();
  const codes = Promise.all(callers.map(({ closed }) => closed));
  assertEquals(await within(codes, "the closes"), [1006, 1006]);
  assertEquals(await readToEnd(silent), "");
});
