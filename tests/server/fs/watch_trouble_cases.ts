/** `fs/watch` when something goes wrong, ends, or is too much. @module */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { unwatch } from "../../../server/fs/unwatch.ts";
import { assertRefused } from "../../support/file_call.ts";
import { childTest } from "../../support/test_with_children.ts";
import { assertNothingWatched, WatchDesk } from "../../support/watch_desk.ts";

/** Waits until a watch tells that it has ended, and checks that nothing followed. */
async function ended(desk: WatchDesk): Promise<void> {
  await desk.until(() => desk.messages.some(({ ended }) => ended !== undefined), "the end");
  assertStringIncludes(desk.messages.at(-1)?.ended ?? "", "removed, moved or unmounted");
  await assertNothingWatched();
  // Its id is free again.
  await Deno.mkdir(desk.at("again"), { recursive: true });
  await desk.watch("again");
}

childTest("fs/watch ends when its directory is removed", async () => {
  await using desk = await WatchDesk.open();
  await Deno.mkdir(desk.at("d/sub"), { recursive: true });
  await desk.watch("d");
  await Deno.remove(desk.at("d"), { recursive: true });
  await ended(desk);
  assert(desk.changes.includes("removed d/sub"));
});

childTest("fs/watch ends when its directory, or one above it, is moved", async () => {
  for (const moved of ["a/b", "a"]) {
    await using desk = await WatchDesk.open();
    await Deno.mkdir(desk.at("a/b"), { recursive: true });
    await desk.watch("a/b");
    await Deno.rename(desk.at(moved), desk.at("moved"));
    await ended(desk);
  }
});

childTest("fs/watch ends when the directory of its file is removed", async () => {
  await using desk = await WatchDesk.open();
  await Deno.mkdir(desk.at("d"));
  await Deno.writeTextFile(desk.at("d/f"), "");
  await desk.watch("d/f");
  await Deno.remove(desk.at("d"), { recursive: true });
  await ended(desk);
  assertEquals(desk.changes, ["removed d/f"]);
});

childTest(
  "fs/watch tells when the kernel lost changes, and knows new directories afterwards",
  async () => {
    await using desk = await WatchDesk.open();
    const length = Number(await Deno.readTextFile("/proc/sys/fs/inotify/max_queued_events"));
    if (length > 100_000) return;
    await Deno.mkdir(desk.at("gone"));
    await desk.watch();
    // Nothing is read while this thread works, so the kernel's queue runs over.
    for (let i = 0; i < length; i++) {
      Deno.writeTextFileSync(desk.at(`f${i % 2}`), "");
      Deno.removeSync(desk.at(`f${i % 2}`));
    }
    Deno.removeSync(desk.at("gone"));
    Deno.mkdirSync(desk.at("new/deep"), { recursive: true });
    Deno.writeTextFileSync(desk.at("new/deep/f"), "");
    await desk.until(() => desk.messages.some(({ overflow }) => overflow), "the overflow");
    await desk.told("created new/deep/f");
    await Deno.writeTextFile(desk.at("new/deep/later"), "");
    await desk.told("created new/deep/later");
    desk.end();
    await assertNothingWatched();
  },
);

childTest(
  "fs/watch holds changes for a client that does not read, and drops them beyond a bound",
  async () => {
    await using desk = await WatchDesk.open();
    await desk.watch();
    desk.stall();
    for (let i = 0; i < 2000; i++) await Deno.writeTextFile(desk.at(`a${i}`), "");
    assertEquals(desk.messages.length, 0);
    desk.resume();
    await desk.told("created a1999");
    assertEquals(desk.messages.some(({ overflow }) => overflow), false);
    desk.stall();
    await using other = desk.another();
    await other.watch();
    for (let i = 0; i < 11_000; i++) await Deno.writeTextFile(desk.at(`b${i}`), "");
    await other.told("created b10999");
    const before = desk.messages.length;
    desk.resume();
    await desk.settled();
    const [first] = desk.messages.slice(before);
    assertEquals(first?.overflow, true);
    assert(desk.messages.slice(before).flatMap(({ changes }) => changes).length < 10_000);
  },
);

childTest("fs/watch says which directories it cannot watch", async () => {
  await using desk = await WatchDesk.open();
  for (let i = 0; i < 8200; i++) Deno.mkdirSync(desk.at(`${i}`));
  assertEquals(await desk.watch(), 8192);
  await desk.until(() => desk.messages.length > 0, "a word");
  assertStringIncludes(desk.messages[0]?.incomplete ?? "", "too many directories are already");
  assertStringIncludes(desk.messages[0]?.incomplete ?? "", "(and 8 more)");
  desk.end();
  await assertNothingWatched();
});

childTest("fs/watch says that a file system does not tell of changes", async () => {
  await using desk = await WatchDesk.open();
  await Deno.symlink("/proc/self/net", desk.at("proc"));
  await desk.watch("proc", { recursive: false });
  await desk.until(() => desk.messages.length > 0, "a word");
  assertStringIncludes(desk.messages[0]?.incomplete ?? "", "proc");
});

childTest("fs/watch refuses what it cannot do", async () => {
  await using desk = await WatchDesk.open();
  await assertRefused(() => desk.watch("missing"), -32004, "missing");
  await assertRefused(() => desk.watch("", { watchId: "" }), -32602, "0 bytes");
  await assertRefused(() => desk.watch("", { watchId: "x".repeat(65) }), -32602, "65 bytes");
  await assertRefused(
    () => desk.watch("", { ignore: Array.from({ length: 1001 }, () => "x") }),
    -32602,
    "1000 patterns",
  );
  await desk.watch();
  await assertRefused(() => desk.watch(), -32600, "in use");
  for (let i = 1; i < 64; i++) await desk.watch("", { watchId: `${i}` });
  await assertRefused(() => desk.watch("", { watchId: "more" }), -32600, "64 watches");
  unwatch({ watchId: "5" }, desk.call);
  await desk.watch("", { watchId: "more" });
  desk.end();
  await assertRefused(() => desk.watch(), -32600, "ended");
  await assertNothingWatched();
});

childTest("fs/watch that is ended before it has begun leaves nothing", async () => {
  await using desk = await WatchDesk.open();
  for (let i = 0; i < 200; i++) await Deno.mkdir(desk.at(`${i}`));
  const ended = assertRefused(() => desk.watch(), -32600, "ended meanwhile");
  unwatch({ watchId: "w" }, desk.call);
  await ended;
  const dropped = assertRefused(() => desk.watch(), -32600, "ended meanwhile");
  await Deno.stat(desk.path);
  desk.end();
  await dropped;
  await assertNothingWatched();
});
