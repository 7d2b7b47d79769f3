/** Which helpers are kept, which end, and who has to wait for a place. @module */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { RpcError } from "../../../../protocol/errors.ts";
import { HelperPool, type PooledHelper } from "../../../../server/fs/sandboxed/helper_pool.ts";
import { FakeClock } from "../../../support/fake_clock.ts";

/** A helper that ends when the test says so. */
class FakeHelper implements PooledHelper {
  readonly #closed = Promise.withResolvers<void>();
  readonly closed: Promise<void> = this.#closed.promise;
  end: unknown = undefined;

  finish(): void {
    this.end = "finished";
  }

  /** It is gone, by itself or because it was to end. */
  async close(): Promise<void> {
    this.end ??= "died";
    this.#closed.resolve();
    // The pool is told before this goes on.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function poolOf(most: number) {
  const clock = new FakeClock();
  const pool = new HelperPool<FakeHelper>({ clock, most });
  const started: string[] = [];
  const use = (key: string, signal = new AbortController().signal) => {
    const start = () => {
      started.push(key);
      return new FakeHelper();
    };
    return pool.use({ key, signal, idleMs: 1000, start });
  };
  const useNow = (key: string) => {
    const found = use(key);
    if (found instanceof Promise) throw new Error("It has to wait");
    return found;
  };
  return { clock, started, use, useNow };
}

Deno.test("HelperPool gives the same helper for the same key, and ends it when it was idle", () => {
  const { clock, started, useNow } = poolOf(8);
  const first = useNow("a");
  const second = useNow("a");
  assertEquals(first.helper, second.helper);
  first.release();
  clock.advance(5000);
  assertEquals(first.helper.end, undefined);
  second.release();
  clock.advance(999);
  const third = useNow("a");
  clock.advance(5000);
  third.release();
  clock.advance(999);
  assertEquals(third.helper.end, undefined);
  clock.advance(1);
  assertEquals(third.helper.end, "finished");
  assert(useNow("a").helper !== third.helper);
  assertEquals(started, ["a", "a"]);
});

Deno.test("HelperPool keeps a helper with open files", () => {
  const { clock, useNow } = poolOf(8);
  const { helper, keepOpen, release } = useNow("a");
  const close = keepOpen({});
  release();
  clock.advance(5000);
  assertEquals(helper.end, undefined);
  close();
  clock.advance(1000);
  assertEquals(helper.end, "finished");
});

Deno.test("HelperPool starts another one for a helper that died, and times nothing for it", async () => {
  const { clock, started, useNow } = poolOf(8);
  const { helper, release } = useNow("a");
  await helper.close();
  release();
  assertEquals(clock.pending, 0);
  useNow("a").release();
  assertEquals(started, ["a", "a"]);
});

Deno.test("HelperPool ends the helper that was idle for longest to make room", async () => {
  const { started, use, useNow } = poolOf(2);
  const a = useNow("a");
  const b = useNow("b");
  b.release();
  a.release();
  const waiting = use("c");
  assertEquals([a.helper.end, b.helper.end], [undefined, "finished"]);
  assertEquals(started, ["a", "b"]);
  await b.helper.close();
  const c = await waiting;
  assertEquals(started, ["a", "b", "c"]);
  assertEquals(c.helper.end, undefined);
});

Deno.test("HelperPool lets several wait until calls are over, each for a place", async () => {
  const { started, use, useNow } = poolOf(2);
  const [a, b] = [useNow("a"), useNow("b")];
  const waiting = [use("c"), use("d")];
  a.release();
  b.release();
  for (const { helper } of [a, b]) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    assertEquals(helper.end, "finished");
    await helper.close();
  }
  await Promise.all(waiting);
  assertEquals(started, ["a", "b", "c", "d"]);
});

Deno.test("HelperPool refuses when there is nothing to wait for, also who waits already", async () => {
  const { use, useNow } = poolOf(1);
  const { keepOpen, release } = useNow("a");
  const waiting = use("b");
  keepOpen({});
  release();
  await assertRejects(async () => await waiting, RpcError, "files are open in 1 others");
  assertThrows(() => use("b"), RpcError, "Cannot use one more sandbox");
});

Deno.test("HelperPool lets go of who does not want to wait any more", async () => {
  const { use, useNow } = poolOf(1);
  const { helper, release } = useNow("a");
  const ending = new AbortController();
  const waiting = use("b", ending.signal);
  ending.abort();
  await assertRejects(async () => await waiting, RpcError, "given up");
  release();
  assertEquals(helper.end, undefined);
});

Deno.test("HelperPool keeps a place free of open files, and half of them of one client's", () => {
  const { useNow } = poolOf(5);
  const [one, other] = [{}, {}];
  const open = (key: string, owner: object) => {
    const { keepOpen, release } = useNow(key);
    try {
      return keepOpen(owner);
    } finally {
      release();
    }
  };
  const [close] = ["a", "b", "c"].map((key) => open(key, one));
  assertThrows(() => open("d", one), RpcError, "this client has 3 with open files");
  open("a", one);
  open("a", other);
  open("d", other);
  assertThrows(() => open("e", other), RpcError, "all clients together have 4");
  useNow("e").release();
  close?.();
  open("c", other);
  assertThrows(() => open("e", {}), RpcError, "all clients together have 4");
});
