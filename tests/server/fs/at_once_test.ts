/** The same work on many things. @module */

import { assertEquals, assertRejects } from "@std/assert";
import { forEachAtOnce, OPERATIONS_AT_ONCE } from "../../../server/fs/at_once.ts";

Deno.test("forEachAtOnce() does all, a few at a time", async () => {
  const done: number[] = [];
  let inWork = 0;
  let most = 0;
  await forEachAtOnce(Array.from({ length: 100 }, (_, at) => at), async (at) => {
    most = Math.max(most, ++inWork);
    await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
    inWork--;
    done.push(at);
  });
  assertEquals([done.length, most], [100, OPERATIONS_AT_ONCE]);
  await forEachAtOnce([], () => Promise.reject(new Error("There is nothing to do")));
});

Deno.test("forEachAtOnce() begins nothing after a failure, and waits for what is in work", async () => {
  const ended: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const attempt = forEachAtOnce([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], async (at) => {
    if (at === 3) throw new Error("The third fails");
    if (at === 8) queueMicrotask(resolve);
    await promise;
    ended.push(at);
  });
  await assertRejects(() => attempt, Error, "The third fails");
  assertEquals(ended, [1, 2, 4, 5, 6, 7, 8]);
});
