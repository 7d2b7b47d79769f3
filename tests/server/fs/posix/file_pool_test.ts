/** The pool of file calls: lanes, hanging calls, and the reason of a failure. @module */

import { assertEquals, assertRejects } from "@std/assert";
import { FileFault } from "../../../../server/fs/file_fault.ts";
import { FilePool } from "../../../../server/fs/posix/file_pool.ts";
import type { Lane } from "../../../../server/fs/posix/mount_table.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { settle } from "../../../support/fake_server.ts";

function setUp(places: number) {
  const clock = new FakeClock();
  const library = { fault: () => FileFault.of("ENOENT") };
  return { clock, pool: new FilePool({ library, places, clock }) };
}

/** Starts calls that end when they are told to; `begun` says which did begin. */
function startCalls(pool: FilePool, lane: Lane, names: readonly string[]) {
  const begun: string[] = [];
  const ends = new Map(names.map((name) => [name, Promise.withResolvers<number>()]));
  const results = names.map((name) =>
    pool.call(lane, {
      pooled() {
        begun.push(name);
        return ends.get(name)?.promise ?? Promise.resolve(-1);
      },
    })
  );
  return { begun, results, end: (name: string) => ends.get(name)?.resolve(1) };
}

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${index}`);
}

Deno.test("FilePool keeps the lanes apart", async () => {
  const { pool, clock } = setUp(2);
  const slow = startCalls(pool, "slow", ["a", "b", "c"]);
  const local = startCalls(pool, "local", ["d"]);
  await settle();
  assertEquals([slow.begun, local.begun], [["a", "b"], ["d"]]);
  for (const name of ["a", "b", "c"]) slow.end(name);
  local.end("d");
  assertEquals(await Promise.all([...slow.results, ...local.results]), [1, 1, 1, 1]);
  assertEquals(clock.pending, 0);
});

Deno.test("FilePool gives the places of calls that hang to others, but not of all", async () => {
  const { pool, clock } = setUp(4);
  const calls = startCalls(pool, "local", names(20));
  await settle();
  assertEquals(calls.begun.length, 4);
  for (const expected of [8, 12, 12]) {
    clock.advance(1_000);
    await settle();
    assertEquals(calls.begun.length, expected);
  }
  for (const name of names(20)) calls.end(name);
  await Promise.all(calls.results);
  const more = startCalls(pool, "local", names(20));
  await settle();
  assertEquals(more.begun.length, 4);
  for (const name of names(20)) more.end(name);
  await Promise.all(more.results);
});

Deno.test("FilePool learns the reason of a failure by a second call", async () => {
  const { pool } = setUp(1);
  const pooled = () => Promise.resolve(-1);
  const error = await assertRejects(() => pool.call("local", { pooled, again: () => -1 }));
  assertEquals(error instanceof FileFault && error.code, "ENOENT");
  assertEquals(await pool.call("local", { pooled, again: () => 7 }), 7);
});

Deno.test("FilePool makes no call twice that must not be", async () => {
  const { pool } = setUp(1);
  const error = await assertRejects(() =>
    pool.call("local", { pooled: () => Promise.resolve(-1) })
  );
  assertEquals(error instanceof FileFault && error.code, "EIO");
});

Deno.test("FilePool never asks a file system that hangs from the event loop", async () => {
  const { pool, clock } = setUp(1);
  const asked: string[] = [];
  let rounds = 0;
  const call = (slowRounds: number) =>
    pool.call("slow", {
      pooled() {
        asked.push("pooled");
        if (rounds++ < slowRounds) clock.advance(600);
        return Promise.resolve(-1);
      },
      again: () => asked.push("here") > 0 ? -1 : 0,
    });
  const hangs = await assertRejects(() => call(2));
  assertEquals(hangs instanceof FileFault && hangs.code, "EIO");
  assertEquals(asked, ["pooled", "pooled"]);
  rounds = 1;
  const busy = await assertRejects(() => call(2));
  assertEquals(busy instanceof FileFault && busy.code, "ENOENT");
  assertEquals(asked.slice(2), ["pooled", "pooled", "here"]);
});
