/** How many requests are served at once, and in which order the others wait. @module */

import { assertEquals } from "@std/assert";
import { limits } from "../../protocol/limits.ts";
import { type Lane, Lanes } from "../../server/lanes.ts";

/** Enters a lane and notes when the place is given. */
function enter(lanes: Lanes, lane: Lane, order: string[], name: string): Promise<void> {
  const place = lanes.enter(lane, 0);
  if (place !== undefined) return place.then(() => void order.push(name));
  order.push(name);
  return Promise.resolve();
}

Deno.test("Lanes gives free places at once, and the next in order of arrival", async () => {
  const lanes = new Lanes(2);
  const order: string[] = [];
  const entries = ["a", "b", "c", "d"].map((name) => enter(lanes, "ordinary", order, name));
  assertEquals(order, ["a", "b"]);
  lanes.leave("ordinary", 0);
  await entries[2];
  assertEquals(order, ["a", "b", "c"]);
  lanes.leave("ordinary", 0);
  await entries[3];
  assertEquals(order, ["a", "b", "c", "d"]);
});

Deno.test("Lanes lets control requests pass ordinary ones", () => {
  const lanes = new Lanes(2);
  const order: string[] = [];
  for (const name of ["a", "b", "c"]) void enter(lanes, "ordinary", order, name);
  for (const name of ["x", "y"]) void enter(lanes, "control", order, name);
  assertEquals(order, ["a", "b", "x", "y"]);
});

Deno.test("Lanes with one place serves everything strictly one after the other", async () => {
  const lanes = new Lanes(1);
  const order: string[] = [];
  void enter(lanes, "ordinary", order, "a");
  const control = enter(lanes, "control", order, "x");
  const ordinary = enter(lanes, "ordinary", order, "b");
  assertEquals(order, ["a"]);
  lanes.leave("ordinary", 0);
  await control;
  assertEquals(order, ["a", "x"]);
  lanes.leave("control", 0);
  await ordinary;
  assertEquals(order, ["a", "x", "b"]);
});

Deno.test("Lanes never gives more places than it has, however often they change hands", async () => {
  const lanes = new Lanes(3);
  let inside = 0;
  let most = 0;
  const visits = Array.from({ length: 50 }, async (_, i) => {
    const place = lanes.enter("ordinary", 0);
    if (place !== undefined) await place;
    most = Math.max(most, ++inside);
    for (let turn = 0; turn < i % 4; turn++) await Promise.resolve();
    inside--;
    lanes.leave("ordinary", 0);
  });
  await Promise.all(visits);
  assertEquals([most, inside], [3, 0]);
  assertEquals(lanes.enter("ordinary", 0), undefined);
});

for (const lane of ["ordinary", "control"] as const) {
  Deno.test(`Lanes asks the reader to wait when ${limits.waitingRequests} ${lane} ones do`, async () => {
    const lanes = new Lanes(2);
    for (let i = 0; i < 2 + limits.waitingRequests - 1; i++) {
      void lanes.enter(lane, 0);
      assertEquals(lanes.room(), undefined);
    }
    void lanes.enter(lane, 0);
    const room = lanes.room();
    assertEquals(room instanceof Promise, true);
    lanes.leave(lane, 0);
    await room;
    assertEquals(lanes.room(), undefined);
  });
}
