/** Large answers are made one after the other, and none while too much waits to be sent. @module */

import { assertEquals, assertLess } from "@std/assert";
import { limits } from "../../protocol/limits.ts";
import { memoryPair } from "../../protocol/transport/memory.ts";
import { AnswerGate } from "../../server/answer_gate.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeServer, settle } from "../support/fake_server.ts";

const LARGE = limits.maxChunkBytes;

/** A gate whose answers are noted when they may be made. */
function rig() {
  const [server, client] = memoryPair();
  const clock = new FakeClock();
  const gate = new AnswerGate(server, clock);
  const made: number[] = [];
  const ask = (name: number) => void gate.enter(LARGE)?.then(() => void made.push(name));
  /** Lets one turn of the event loop pass. */
  const turn = async () => {
    await settle();
    clock.advance(0);
    await settle();
  };
  return { server, client, gate, made, ask, turn };
}

Deno.test("AnswerGate lets small answers through at once, also while large ones wait", () => {
  const { gate, ask } = rig();
  ask(1);
  assertEquals(gate.enter(LARGE - 1), undefined);
  assertEquals(gate.enter(0), undefined);
});

Deno.test("AnswerGate lets one large answer through per turn, in order of arrival", async () => {
  const { made, ask, turn } = rig();
  for (const name of [1, 2, 3]) ask(name);
  await settle();
  assertEquals(made, [1]);
  await turn();
  assertEquals(made, [1, 2]);
  await turn();
  assertEquals(made, [1, 2, 3]);
});

Deno.test("AnswerGate looks at what is queued anew for each large answer", async () => {
  const { server, client, made, ask, turn } = rig();
  for (const name of [1, 2, 3]) ask(name);
  await settle();
  server.send("x".repeat(limits.sendHighWaterBytes));
  for (let i = 0; i < 5; i++) await turn();
  assertEquals(made, [1]);
  await client.receive();
  for (let i = 0; i < 2; i++) await turn();
  assertEquals(made, [1, 2, 3]);
});

Deno.test("AnswerGate holds nobody back once the connection has ended", async () => {
  const { server, made, ask, turn } = rig();
  server.send("x".repeat(limits.sendHighWaterBytes));
  for (const name of [1, 2]) ask(name);
  for (let i = 0; i < 3; i++) await turn();
  assertEquals(made, []);
  server.close("gone");
  for (let i = 0; i < 3; i++) await turn();
  assertEquals(made, [1, 2]);
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
  fake.spawner.last.printBytes(new Uint8Array(LARGE));
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
  assertLess(most, limits.sendHighWaterBytes + 3 * LARGE);
  client.close("done");
});
