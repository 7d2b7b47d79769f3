/** Many requests on a connection at once: order, independence, bounds, and what a drop leaves. @module */

import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { limits } from "../../protocol/limits.ts";
import { within } from "../support/deadline.ts";
import { FakeServer, settle } from "../support/fake_server.ts";

function startOf(processId: string, pipeStdin = false): unknown {
  return { processId, argv: [processId], cwd: "file:///", env: {}, tty: false, pipeStdin };
}

const poll = { processId: "p", waitMs: 60_000 };

/** Texts of a handshake. */
const handshake = [
  '{"id":0,"method":"initialize","params":{"clientName":""}}',
  '{"method":"initialized"}',
];

Deno.test("a handshake and calls may be sent without waiting", async () => {
  const { peer } = new FakeServer().connect();
  for (const text of handshake) peer.wire.sendText(text);
  const ids = [peer.post("environment/status"), peer.post("process/start", startOf("p"))];
  assertEquals((await peer.answer(ids[0] ?? 0)).result, { status: "ready" });
  assertEquals((await peer.answer(ids[1] ?? 0)).error, undefined);
  await peer.drop();
});

Deno.test("requests begin in order of arrival: start, write, write, terminate of one process", async () => {
  const server = new FakeServer();
  const { peer } = await server.session();
  const ids = [
    peer.post("process/start", startOf("p", true)),
    peer.post("process/write", { processId: "p", chunk: "YQ==", writeId: "1" }),
    peer.post("process/write", { processId: "p", chunk: "Yg==", writeId: "2" }),
    peer.post("process/signal", { processId: "p", signal: "interrupt" }),
    peer.post("process/closeStdin", { processId: "p" }),
    peer.post("process/terminate", { processId: "p" }),
  ];
  const answers = await Promise.all(ids.map((id) => peer.answer(id)));
  assertEquals(answers.map(({ result, error }) => error ?? result), [
    { processId: "p", sandboxType: "none" },
    { status: "accepted" },
    { status: "accepted" },
    {},
    { status: "accepted" },
    { running: true },
  ]);
  const child = server.spawner.last;
  assertEquals([child.stdinText, child.isStdinClosed, child.signals], ["ab", true, [2, 9]]);
  await peer.drop();
});

Deno.test("a long poll holds up no other call", async () => {
  const server = new FakeServer();
  const { peer } = await server.session();
  await peer.call("process/start", startOf("p"));
  const waiting = peer.post("process/read", poll);
  for (let i = 0; i < 100; i++) {
    assertEquals(await peer.call("environment/status"), { status: "ready" });
  }
  server.spawner.last.print("a");
  assertEquals((await peer.answer(waiting)).error, undefined);
  await peer.drop();
});

Deno.test("with one request at a time a long poll delays everything behind it", async () => {
  const server = new FakeServer(1);
  const { peer } = await server.session();
  await peer.call("process/start", startOf("p"));
  const waiting = peer.post("process/read", poll);
  const behind = peer.post("environment/status");
  await settle();
  assertEquals(peer.wire.inbox.untaken.length, 0);
  server.clock.advance(60_000);
  await peer.answer(behind);
  assertEquals(peer.wire.inbox.untaken.map(({ id }) => id), [waiting]);
  await peer.drop();
});

Deno.test("with three requests at a time three long polls leave room for control requests only", async () => {
  const server = new FakeServer(3);
  const { peer } = await server.session();
  await peer.call("process/start", startOf("p"));
  for (let i = 0; i < 3; i++) peer.post("process/read", poll);
  const fourth = peer.post("process/read", { processId: "p" });
  assertEquals(await peer.call("environment/status"), { status: "ready" });
  assertEquals(await peer.call("process/terminate", { processId: "p" }), { running: true });
  assertEquals(peer.wire.inbox.untaken.length, 0);
  server.spawner.last.print("a");
  assertEquals((await peer.answer(fourth)).error, undefined);
  await peer.drop();
});

Deno.test("a client that asks and never reads is read no further", async () => {
  const server = new FakeServer();
  const { client, server: transport } = server.serve();
  for (
    const text of [
      ...handshake,
      `{"id":1,"method":"process/start","params":${JSON.stringify(startOf("p"))}}`,
    ]
  ) {
    client.send(text);
  }
  await settle();
  server.spawner.last.printBytes(new Uint8Array(64 * 1024));
  for (let i = 0; i < 2000; i++) {
    client.send(`{"id":${i},"method":"process/read","params":{"processId":"p"}}`);
  }
  await settle(20_000);
  // Some answers are on their way when the mark is passed, but not a thousand of them.
  assertLess(transport.queuedBytes, 2 * limits.sendHighWaterBytes);
  const unread = client.queuedBytes;
  assert(unread > 0);
  await client.receive();
  await settle();
  assertEquals(client.queuedBytes, unread);
  client.close("done");
});

Deno.test("a client that asks more than can be served at once is read no further", async () => {
  const server = new FakeServer();
  const { peer } = await server.session();
  await peer.call("process/start", startOf("p"));
  const text = `{"id":"poll","method":"process/read","params":${JSON.stringify(poll)}}`;
  const sent = limits.concurrentRequests + limits.waitingRequests + 500;
  for (let i = 0; i < sent; i++) peer.wire.sendText(text);
  await settle(20_000);
  assertLessOrEqual(server.clock.pending, limits.concurrentRequests);
  assert(peer.wire.transport.queuedBytes > 400 * text.length);
  server.spawner.last.print("a");
  for (let i = 0; i < sent; i++) await peer.answer("poll");
  assertEquals(peer.wire.transport.queuedBytes, 0);
  await peer.drop();
});

Deno.test("every answer comes when a thousand calls are sent at once", async () => {
  const { peer } = await new FakeServer().session();
  const methods = ["environment/status", "no/such", "process/read"];
  const ids = Array.from(
    { length: 1500 },
    (_, i) => peer.post(methods[i % 3] ?? "", { processId: "p" }),
  );
  const answers = await Promise.all(ids.map((id) => peer.answer(id)));
  assertEquals(answers.filter(({ error }) => error === undefined).length, 0);
  await peer.drop();
});

Deno.test("long polls are abandoned at once when their connection ends", async () => {
  const server = new FakeServer();
  const { peer, id, ended } = await server.session();
  await peer.call("process/start", startOf("p"));
  for (let i = 0; i < 50; i++) peer.post("process/read", poll);
  await peer.call("environment/status");
  await peer.drop();
  await within(ended, "the end of the connection");
  // What is left is the expiry of the session.
  assertEquals(server.clock.pending, 1);
  const { peer: next } = server.connect();
  assertEquals(await next.initialize({ resumeSessionId: id }), id);
  assertEquals(server.clock.pending, 0);
  await next.drop();
});

Deno.test("a session goes on in a second connection, and its events flow before initialized", async () => {
  const server = new FakeServer();
  const { peer, id } = await server.session();
  await peer.call("process/start", startOf("p"));
  const child = server.spawner.last;
  child.print("one");
  await peer.notification("process/output");
  const { peer: early } = server.connect();
  assertEquals(
    (await early.refused("initialize", { clientName: "", resumeSessionId: id })).code,
    -32010,
  );
  await peer.drop();
  child.print("while away");
  await early.initialize({ resumeSessionId: id });
  child.print("three");
  assertEquals((await early.notification("process/output")).params?.seq, 3);
  early.send({ method: "initialized" });
  const missed = await early.call("process/read", { processId: "p", afterSeq: 1, maxBytes: 1 });
  assertEquals(missed, {
    chunks: [{ seq: 2, stream: "stdout", chunk: btoa("while away") }],
    nextSeq: 3,
    exited: false,
    exitCode: null,
    closed: false,
    failure: null,
    sandboxDenied: false,
  });
  await early.drop();
});

Deno.test("two sessions may use the same process id", async () => {
  const server = new FakeServer();
  const [first, second] = [await server.session(), await server.session()];
  await first.peer.call("process/start", startOf("p"));
  await second.peer.call("process/start", startOf("p"));
  server.spawner.children[0]?.print("first");
  assertEquals((await first.peer.notification("process/output")).params?.chunk, btoa("first"));
  await settle();
  assertEquals(second.peer.wire.inbox.untaken.length, 0);
  await first.peer.drop();
  await second.peer.drop();
});

Deno.test("a program is slowed down by a client that does not read, and freed when it leaves", async () => {
  const server = new FakeServer();
  const { client } = server.serve();
  for (
    const text of [
      ...handshake,
      `{"id":1,"method":"process/start","params":${JSON.stringify(startOf("p"))}}`,
    ]
  ) {
    client.send(text);
  }
  await settle();
  const child = server.spawner.last;
  let printed = 0;
  while (!child.isPaused && printed < 1000) {
    child.printBytes(new Uint8Array(64 * 1024));
    printed++;
  }
  assertLess(printed, 100);
  client.close("gone");
  await settle();
  assertEquals(child.isPaused, false);
  child.printBytes(new Uint8Array(64 * 1024));
  assertEquals(child.isPaused, false);
});

Deno.test("a session that is opened as its connection ends is detached like any other", async () => {
  const server = new FakeServer();
  const { client, ended } = server.serve();
  client.send('{"id":1,"method":"no/such"}');
  for (const text of handshake) client.send(text);
  client.close("gone before it was read");
  await ended;
  await settle();
  // A session was opened or not; in either case nobody is attached, so it must be about to expire.
  const opened = server.lines.some((line) => line.startsWith("initialize "));
  assertEquals(server.clock.pending, opened ? 1 : 0);
});

Deno.test("the server is told of nothing by a peer that leaves at once", async () => {
  const server = new FakeServer();
  const { client, ended } = server.serve();
  client.close("wrong number");
  await ended;
  assertEquals(server.lines, ["connection ended: wrong number"]);
});
