/** Places: given in order of arrival, and given back whatever happens in them. @module */

import { assertEquals, assertRejects } from "@std/assert";
import { Places } from "../../server/places.ts";
import { settle } from "../support/fake_server.ts";

Deno.test("Places gives free places at once, and the others in order of arrival", async () => {
  const places = new Places(2);
  assertEquals([places.enter(), places.enter()], [undefined, undefined]);
  const order: string[] = [];
  for (const name of ["a", "b"]) void places.enter()?.then(() => void order.push(name));
  await settle();
  assertEquals([order, places.waiting], [[], 2]);
  places.leave();
  await settle();
  assertEquals([order, places.waiting], [["a"], 1]);
  places.leave();
  await settle();
  assertEquals([order, places.waiting], [["a", "b"], 0]);
  places.leave();
  assertEquals(places.enter(), undefined);
});

Deno.test("Places.run() never has more at work than there are places", async () => {
  const places = new Places(3);
  let inside = 0;
  let most = 0;
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      places.run(async () => {
        most = Math.max(most, ++inside);
        await settle(index % 4);
        inside--;
        return index;
      })),
  );
  assertEquals(results, Array.from({ length: 20 }, (_, index) => index));
  assertEquals([most, inside, places.waiting], [3, 0, 0]);
});

Deno.test("Places.run() gives the place back when the work fails", async () => {
  const places = new Places(1);
  const failing = places.run(() => Promise.reject(new Error("Cannot work")));
  const next = places.run(() => Promise.resolve("worked"));
  await assertRejects(() => failing, Error, "Cannot work");
  assertEquals(await next, "worked");
  assertEquals(places.enter(), undefined);
});
