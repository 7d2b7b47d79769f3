/** `fs/watch` on real directories, by inotify. @module */

import { assertEquals, assertGreater } from "@std/assert";
import { unwatch } from "../../../server/fs/unwatch.ts";
import { childTest } from "../../support/test_with_children.ts";
import { assertNothingWatched, inotifyCount, WatchDesk } from "../../support/watch_desk.ts";

/** Directories above the scratch directory, which are watched for its name. */
function wayLength(desk: WatchDesk): number {
  return desk.path.split("/").length - 1;
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program} failed`);
}

childTest(
  "fs/watch tells what happens to entries, in order, and leaves nothing behind",
  async () => {
    await using desk = await WatchDesk.open();
    assertEquals(await desk.watch(), 1);
    await Deno.writeTextFile(desk.at("a"), "1");
    await desk.told("created a");
    await Deno.writeTextFile(desk.at("a"), "22");
    await desk.told("changed a");
    await Deno.chmod(desk.at("a"), 0o600);
    await Deno.rename(desk.at("a"), desk.at("b"));
    await Deno.remove(desk.at("b"));
    await desk.told("removed b");
    const changes = desk.changes.filter((change, at, all) => change !== all[at - 1]);
    assertEquals(changes, ["created a", "changed a", "removed a", "created b", "removed b"]);
    desk.end();
    await assertNothingWatched();
  },
);

childTest("fs/watch follows directories that are made, moved in, moved and moved out", async () => {
  await using desk = await WatchDesk.open();
  await Deno.mkdir(desk.at("in/old/deep"), { recursive: true });
  await Deno.mkdir(desk.at("out/far"), { recursive: true });
  await Deno.writeTextFile(desk.at("out/far/f"), "");
  assertEquals(await desk.watch("in"), 3);
  await Deno.mkdir(desk.at("in/new"));
  await Deno.writeTextFile(desk.at("in/new/x"), "");
  await desk.told("created in/new/x");
  await Deno.rename(desk.at("out/far"), desk.at("in/far"));
  await desk.told("created in/far/f");
  await Deno.rename(desk.at("in/old"), desk.at("in/moved"));
  await desk.told("created in/moved/deep");
  await Deno.writeTextFile(desk.at("in/moved/deep/y"), "");
  await desk.told("created in/moved/deep/y");
  const watched = 5 + wayLength(desk) + 1;
  assertEquals(inotifyCount().watches, watched);
  await Deno.rename(desk.at("in/moved"), desk.at("out/moved"));
  await desk.told("removed in/moved");
  await Deno.writeTextFile(desk.at("out/moved/deep/z"), "");
  await desk.settled("in/mark");
  assertEquals(desk.changes.filter((change) => change.endsWith("z")), []);
  assertEquals(inotifyCount().watches, watched - 2);
});

childTest("fs/watch names every file of a tree that is copied in, each created once", async () => {
  await using desk = await WatchDesk.open();
  const names: string[] = [];
  for (let i = 0; i < 60; i++) {
    const directory = `t/${i % 7}/${i % 5}/${i}`;
    await Deno.mkdir(desk.at(`from/${directory}`), { recursive: true });
    for (let j = 0; j < 5; j++) {
      await Deno.writeTextFile(desk.at(`from/${directory}/${j}`), "x");
      names.push(`to/${directory}/${j}`);
    }
  }
  await Deno.mkdir(desk.at("to"));
  await desk.watch("to");
  await run("cp", "-r", desk.at("from/t"), desk.at("to/"));
  await desk.until(
    () => names.every((name) => desk.has(`created ${name}`)),
    "every file",
  );
  await desk.settled("to/mark");
  const twice = names.filter((name) =>
    desk.kindsOf(name).filter((kind) => kind === "created").length > 1
  );
  assertEquals(twice, []);
  await run("rm", "-r", desk.at("to/t"));
  await desk.told("removed to/t");
  await desk.settled("to/last");
  assertEquals(inotifyCount().watches, 1 + wayLength(desk) + 1);
});

childTest("fs/watch tells of ten thousand quick changes without loss", async () => {
  await using desk = await WatchDesk.open();
  await desk.watch();
  await run("sh", "-c", 'cd "$0" && seq 10000 | xargs touch', desk.path);
  await desk.until(() => desk.has("created 10000"), "the last file");
  assertEquals(new Set(desk.changes.filter((change) => change.startsWith("created"))).size, 10_000);
  assertEquals(desk.messages.some(({ overflow }) => overflow), false);
  assertEquals(desk.messages.every(({ changes }) => changes.length <= 512), true);
});

childTest("fs/watch leaves out what it is told to, at no cost", async () => {
  await using desk = await WatchDesk.open();
  for (let i = 0; i < 1000; i++) {
    await Deno.mkdir(desk.at(`node_modules/${i}`), { recursive: true });
  }
  await Deno.mkdir(desk.at("src"));
  const ignore = ["node_modules/", "*.log", "!keep.log"];
  assertEquals(await desk.watch("", { ignore }), 2);
  assertEquals(inotifyCount().watches, 2 + wayLength(desk));
  await Deno.writeTextFile(desk.at("node_modules/1/x"), "");
  await Deno.writeTextFile(desk.at("src/a.log"), "");
  await Deno.writeTextFile(desk.at("src/keep.log"), "");
  await Deno.mkdir(desk.at("src/node_modules"));
  await desk.settled("src/mark");
  assertEquals(desk.changes, ["created src/keep.log", "created src/mark"]);
});

childTest("fs/watch without recursion watches one directory", async () => {
  await using desk = await WatchDesk.open();
  await Deno.mkdir(desk.at("d"));
  assertEquals(await desk.watch("", { recursive: false }), 1);
  await Deno.writeTextFile(desk.at("d/x"), "");
  await Deno.mkdir(desk.at("e"));
  await desk.settled();
  assertEquals(desk.changes, ["created e", "created mark"]);
});

childTest("fs/watch of a file lives on when the file is replaced", async () => {
  await using desk = await WatchDesk.open();
  await Deno.writeTextFile(desk.at("f"), "");
  await Deno.symlink("f", desk.at("link"));
  assertEquals([await desk.watch("f"), await desk.watch("link", { watchId: "l" })], [1, 1]);
  await Deno.writeTextFile(desk.at("other"), "1");
  await Deno.rename(desk.at("other"), desk.at("f"));
  await desk.told("created f");
  await desk.told("created link");
  await Deno.writeTextFile(desk.at("f"), "2");
  await desk.told("changed f");
  await desk.told("changed link");
  await Deno.remove(desk.at("f"));
  await desk.told("removed f");
  assertEquals(desk.changes.filter((change) => change.endsWith("other")), []);
  assertEquals(new Set(desk.kindsOf("f")), new Set(["created", "changed", "removed"]));
});

childTest("fs/watch tells of names that are not UTF-8, and hostile ones", async () => {
  await using desk = await WatchDesk.open();
  await desk.watch();
  await run(
    "sh",
    "-c",
    `cd "$0" && mkdir "$(printf 'd\\377')" && : > "$(printf 'd\\377/\\376')"`,
    desk.path,
  );
  const strange = ["a\nb", "...", " ", "%41", "ü", "\\", "#?"];
  for (const name of strange) await Deno.writeTextFile(desk.at(name), "");
  await desk.until(
    () =>
      desk.messages.some(({ changes }) => changes.some(({ path }) => path.endsWith("d%FF/%FE"))),
    "the strange file",
  );
  await desk.settled();
  for (const name of strange) assertEquals(desk.kindsOf(name)[0], "created");
});

childTest(
  "fs/watch of one directory by two connections ends for one and goes on for the other",
  async () => {
    await using desk = await WatchDesk.open();
    await using other = desk.another();
    await desk.watch();
    await other.watch();
    await other.watch("", { watchId: "second" });
    assertEquals(inotifyCount(), { descriptors: 1, watches: 1 + wayLength(desk) });
    unwatch({ watchId: "w" }, desk.call);
    unwatch({ watchId: "w" }, desk.call);
    await other.settled();
    assertEquals(desk.messages, []);
    assertEquals(other.messages.map(({ watchId }) => watchId).sort(), ["second", "w"]);
    await desk.watch();
    other.end();
    await desk.settled("again");
    assertGreater(inotifyCount().watches, 0);
    desk.end();
    await assertNothingWatched();
  },
);

childTest("fs/watch follows a link to its directory, and no link in it", async () => {
  await using desk = await WatchDesk.open();
  await Deno.mkdir(desk.at("real/sub"), { recursive: true });
  await Deno.symlink("real", desk.at("link"));
  await Deno.symlink("..", desk.at("real/up"));
  assertEquals(await desk.watch("link"), 2);
  await Deno.writeTextFile(desk.at("real/sub/x"), "");
  await desk.told("created link/sub/x");
  assertEquals(desk.changes, ["created link/sub/x"]);
});
