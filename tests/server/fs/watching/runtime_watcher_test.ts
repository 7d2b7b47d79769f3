/** Watches by the runtime's own function. @module */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { limits } from "../../../../protocol/limits.ts";
import { PortableFileSystem } from "../../../../server/fs/portable/portable_file_system.ts";
import { unwatch } from "../../../../server/fs/unwatch.ts";
import { Places } from "../../../../server/places.ts";
import { assertRefused } from "../../../support/file_call.ts";
import { WatchDesk } from "../../../support/watch_desk.ts";

function open(): Promise<WatchDesk> {
  return WatchDesk.open(new PortableFileSystem(new Places(limits.concurrentFileOperations)));
}

Deno.test("fs/watch by the runtime tells of a tree, and leaves out what it is told to", async () => {
  await using desk = await open();
  await Deno.mkdir(desk.at("sub"));
  assertEquals(await desk.watch("", { ignore: ["*.log"] }), 1);
  await Deno.writeTextFile(desk.at("sub/a"), "1");
  await desk.told("created sub/a");
  await Deno.writeTextFile(desk.at("sub/a"), "22");
  await desk.told("changed sub/a");
  await Deno.writeTextFile(desk.at("sub/b.log"), "");
  await Deno.rename(desk.at("sub/a"), desk.at("b"));
  await desk.told("removed sub/a");
  await desk.told("created b");
  await Deno.remove(desk.at("b"));
  await desk.told("removed b");
  assertEquals(desk.changes.filter((change) => change.endsWith(".log")), []);
});

Deno.test("fs/watch by the runtime tells of what is in a new directory", async () => {
  await using desk = await open();
  await Deno.mkdir(desk.at("in"));
  await Deno.mkdir(desk.at("out/deep"), { recursive: true });
  await Deno.writeTextFile(desk.at("out/deep/f"), "");
  await desk.watch("in");
  await Deno.rename(desk.at("out"), desk.at("in/out"));
  await desk.told("created in/out/deep/f");
});

Deno.test("fs/watch by the runtime tells of a file, and of its own end", async () => {
  await using desk = await open();
  await Deno.mkdir(desk.at("d"));
  await Deno.writeTextFile(desk.at("d/f"), "");
  await desk.watch("d/f");
  await Deno.writeTextFile(desk.at("d/other"), "");
  await Deno.writeTextFile(desk.at("d/f"), "1");
  await desk.told("changed d/f");
  await Deno.remove(desk.at("d"), { recursive: true });
  await desk.until(() => desk.messages.some(({ ended }) => ended !== undefined), "the end");
  assertStringIncludes(desk.messages.at(-1)?.ended ?? "", "removed");
  assert(desk.changes.every((change) => change.endsWith("d/f")));
});

Deno.test("fs/watch by the runtime ends when told, and with the connection", async () => {
  await using desk = await open();
  await using other = desk.another();
  await desk.watch();
  await desk.watch("", { watchId: "second" });
  await other.watch();
  unwatch({ watchId: "w" }, desk.call);
  desk.end();
  await other.settled();
  assertEquals(desk.messages, []);
  await assertRefused(() => other.watch("missing", { watchId: "m" }), -32004);
});

Deno.test("fs/watchMissing by the runtime tells once what appears or changes", async () => {
  await using desk = await open();
  await Deno.writeTextFile(desk.at("p"), "");
  assertEquals(await desk.watchMissing(1, ["a/b"], "p"), true);
  await Deno.mkdir(desk.at("a"));
  await desk.until(() => desk.missing.length === 1, "the first");
  assertEquals(await desk.watchMissing(2, ["a/b"], "p"), true);
  await Deno.writeTextFile(desk.at("p"), "more");
  await desk.until(() => desk.missing.length === 2, "the second");
  assertEquals(await desk.watchMissing(3, ["a/b"]), true);
  assertEquals(await desk.watchMissing(4, ["a"]), false);
  assertEquals(desk.missing, [1, 2]);
});
