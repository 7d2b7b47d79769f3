/** What a connection may hold in memory, and that a stalled client can still end its programs. @module */

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { limits } from "../../protocol/limits.ts";
import type { Transport } from "../../protocol/transport/transport.ts";
import { Lanes } from "../../server/lanes.ts";
import { FakeServer, settle } from "../support/fake_server.ts";

const MEGABYTE = 1024 * 1024;
const chunk = "A".repeat(MEGABYTE);

/** Connects a client that reads nothing, and starts a program. */
async function startStalled(server: FakeServer): Promise<{ client: Transport; server: Transport }> {
  const ends = server.serve();
  ends.client.send('{"id":"hello","method":"initialize","params":{"clientName":""}}');
  ends.client.send('{"method":"initialized"}');
  ends.client.send(
    '{"id":"start","method":"process/start","params":{"processId":"p","argv":["x"],' +
      '"cwd":"file:///","env":{},"tty":false,"pipeStdin":true}}',
  );
  await settle();
  return ends;
}

Deno.test("Lanes asks the reader to wait while the requests at work hold too many bytes", async () => {
  const lanes = new Lanes(100);
  const half = limits.pendingRequestBytes / 2;
  assertEquals([lanes.enter("ordinary", half), lanes.enter("control", half)], [
    undefined,
    undefined,
  ]);
  assertEquals(lanes.room(), undefined);
  assertEquals(lanes.enter("ordinary", 1), undefined);
  const room = lanes.room();
  assert(room instanceof Promise);
  let isRoom = false;
  void room.then(() => isRoom = true);
  await settle();
  assertEquals(isRoom, false);
  lanes.leave("control", half);
  await room;
  assertEquals(lanes.room(), undefined);
});

Deno.test("requests that are not answered yet are held up to a bound, then nothing more is read", async () => {
  const fake = new FakeServer();
  const { client } = await startStalled(fake);
  const child = fake.spawner.last;
  child.stdinRoom = 0;
  const writes = 60;
  for (let id = 0; id < writes; id++) {
    const params = `{"processId":"p","writeId":"${id}","chunk":"${chunk}"}`;
    client.send(`{"id":${id},"method":"process/write","params":${params}}`);
  }
  await settle(5000);
  const read = (writes * chunk.length - client.queuedBytes) / MEGABYTE;
  const answered = limits.queuedWriteBytes / (MEGABYTE * 3 / 4);
  assertGreater(read, answered);
  assertLess(read, answered + limits.pendingRequestBytes / MEGABYTE + 3);
  child.drainStdin();
  await settle(5000);
  assertEquals(client.queuedBytes, 0);
  assertEquals(child.stdin.length, writes);
  client.close("done");
});

Deno.test("a client that reads nothing while its program is held back can still terminate it", async () => {
  const fake = new FakeServer();
  const { client, server } = await startStalled(fake);
  const child = fake.spawner.last;
  for (let printed = 0; !child.isPaused && printed < 1000; printed++) {
    child.printBytes(new Uint8Array(limits.maxChunkBytes));
  }
  assertEquals(child.isPaused, true);
  // Each message wakes the reader once, so that the last is read only if reading goes on.
  for (let id = 0; id < 10; id++) client.send(`{"id":${id},"method":"environment/status"}`);
  client.send('{"id":"end","method":"process/terminate","params":{"processId":"p"}}');
  await settle(500);
  assertEquals([child.signals, client.queuedBytes], [[9], 0]);
  assertLess(server.queuedBytes, limits.readHighWaterBytes);
  client.close("done");
});
