/** Few large answers are in the making at once, and none while too much waits to be sent. @module */

import { assertEquals, assertLess } from "@std/assert";
import { limits } from "../../protocol/limits.ts";
import { memoryPair } from "../../protocol/transport/memory.ts";
import { AnswerGate, type AnswerRoom } from "../../server/answer_gate.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeServer, settle } from "../support/fake_server.ts";

/** Two of them fill a connection. */
const HALF = limits.answerBytesInWork / 2;

/** A gate whose answers are noted when they may be made. */
function rig() {
  const [server, client] = memoryPair();
  const clock = new FakeClock();
  const gate = new AnswerGate(server, clock);
  const made: number[] = [];
  const rooms: AnswerRoom[] = [];
  const ask = (name: number, bytes = HALF) => {
    const room = gate.room();
    rooms[name] = room;
    const wait = room.enter(bytes);
    if (wait === undefined) made.push(name);
    else void wait.then(() => void made.push(name));
  };
  /** The answer is sent. */
  const end = async (name: number) => {
    rooms[name]?.leave();
    await settle();
  };
  return { server, client, clock, gate, made, ask, end };
}

Deno.test("AnswerGate lets small answers through at once, also while large ones wait", () => {
  const { gate, ask } = rig();
  for (const name of [1, 2, 3]) ask(name);
  assertEquals([gate.room().enter(4096), gate.room().enter(0)], [undefined, undefined]);
});

Deno.test("AnswerGate lets large answers through in order of arrival, as room is given back", async () => {
  const { made, ask, end } = rig();
  for (const name of [1, 2, 3, 4]) ask(name);
  ask(5, limits.maxChunkBytes);
  await settle();
  assertEquals(made, [1, 2]);
  await end(2);
  assertEquals(made, [1, 2, 3]);
  // One that gives up while it waits makes room for nobody but those behind it.
  await end(4);
  assertEquals(made, [1, 2, 3]);
  await end(1);
  assertEquals(made, [1, 2, 3, 5]);
});

Deno.test("AnswerGate lets one answer through that is larger than all the room", async () => {
  const { made, ask, end } = rig();
  ask(1, 100 * limits.answerBytesInWork);
  ask(2);
  assertEquals(made, [1]);
  await end(1);
  assertEquals(made, [1, 2]);
});

Deno.test("AnswerGate lets nothing through while much waits to be sent", async () => {
  const { server, client, made, ask } = rig();
  server.send("x".repeat(limits.sendHighWaterBytes));
  ask(1);
  await settle();
  assertEquals(made, []);
  await client.receive();
  await settle();
  assertEquals(made, [1]);
});

Deno.test("AnswerGate counts what is queued with what is in the making", async () => {
  const { server, client, made, ask, end } = rig();
  server.send("x".repeat(limits.sendHighWaterBytes - 1));
  for (const name of [1, 2]) ask(name);
  await settle();
  assertEquals(made, [1]);
  await client.receive();
  await end(1);
  assertEquals(made, [1, 2]);
});

Deno.test("AnswerGate gives up on answers that take long, but on few", async () => {
  const { clock, made, ask } = rig();
  const names = Array.from({ length: 4 + limits.slowAnswers }, (_, name) => name);
  for (const name of names) ask(name);
  for (const _ of names) {
    clock.advance(limits.slowAnswerMs);
    await settle();
  }
  // As many as are overdue, and those that fill the room.
  assertEquals(made, names.slice(0, limits.slowAnswers + 2));
});

Deno.test("AnswerGate plans nothing when nobody waits", async () => {
  const { clock, made, ask, end } = rig();
  for (const name of [1, 2, 3]) ask(name);
  assertEquals(clock.pending, 1);
  await end(1);
  assertEquals([made, clock.pending], [[1, 2, 3], 0]);
});

Deno.test("AnswerGate holds nobody back once the connection has ended", async () => {
  const { server, made, ask, end } = rig();
  server.send("x".repeat(limits.sendHighWaterBytes));
  for (const name of [1, 2, 3]) ask(name);
  await settle();
  assertEquals(made, []);
  server.close("gone");
  await settle();
  await end(1);
  assertEquals(made, [1, 2, 3]);
});

Deno.test("many long polls that one event wakes never fill memory, and all are answered", async () => {
  const polls = 300;
  const fake = new FakeServer();
  const { client, server } = fake.serve();
  client.send('{"id":"hello","method":"initialize","params":{"clientName":""}}');
  client.send('{"method":"initialized"}');
  client.send(
    '{"id":"start","method":"process/start","params":' +
      '{"processId":"p","argv":["x"],"cwd":"file:///","env":{},"tty":false}}',
  );
  for (let id = 0; id < polls; id++) {
    client.send(`{"id":${id},"method":"process/read","params":{"processId":"p","waitMs":60000}}`);
  }
  await settle(5000);
  fake.spawner.last.printBytes(new Uint8Array(limits.maxChunkBytes));
  let most = 0;
  const answered = new Set<unknown>();
  while (answered.size < polls) {
    for (let i = 0; i < polls; i++) {
      await settle();
      fake.clock.advance(0);
      most = Math.max(most, server.queuedBytes);
    }
    // As much as can be had without waiting.
    while (server.queuedBytes > 0) {
      const { id }: { id?: unknown } = JSON.parse(await client.receive() ?? "");
      if (typeof id === "number") answered.add(id);
    }
  }
  assertLess(most, 2 * limits.answerBytesInWork);
  client.close("done");
});
