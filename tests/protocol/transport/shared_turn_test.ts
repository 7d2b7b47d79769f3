/** Long messages of several connections take turns, and let the event loop turn. @module */

import { assertEquals } from "@std/assert";
import { beginTurn, sharedTurn } from "../../../protocol/transport/shared_turn.ts";

/** Longer than all long messages together may hold the event loop. */
function work(): void {
  const beganAt = performance.now();
  while (performance.now() - beganAt < 3);
}

Deno.test("sharedTurn() is at once while a turn is young", () => {
  beginTurn();
  assertEquals(sharedTurn(), undefined);
});

Deno.test("sharedTurn() wakes those who wait one after the other, in order", async () => {
  work();
  const seen: number[] = [];
  const takers = [1, 2, 3].map(async (taker) => {
    await sharedTurn();
    seen.push(taker);
    work();
    await sharedTurn();
    seen.push(taker + 10);
  });
  await Promise.all(takers);
  assertEquals(seen, [1, 2, 3, 11, 12, 13]);
});

Deno.test("sharedTurn() lets the event loop look at its sockets between two that work", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using server = await listener.accept();
  let isRead = false;
  const read = server.read(new Uint8Array(1)).then(() => isRead = true);
  let turns = 0;
  const takers = [1, 2].map(async () => {
    while (!isRead && turns < 1000) {
      await sharedTurn();
      turns++;
      work();
    }
  });
  await client.write(new Uint8Array(1));
  await Promise.all([read, ...takers]);
  assertEquals(turns < 20, true, `${turns} turns`);
});
