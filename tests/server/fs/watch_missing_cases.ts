/** `fs/watchMissing` on real directories, by inotify, as the reference was seen to answer. @module */

import { assertEquals } from "@std/assert";
import { pathToUri } from "../../../protocol/path_uri.ts";
import { watchMissing } from "../../../server/fs/watch_missing.ts";
import { childTest } from "../../support/test_with_children.ts";
import { assertNothingWatched, WatchDesk } from "../../support/watch_desk.ts";

type Act = (desk: WatchDesk) => void | Promise<void>;

/** What is there at first; names with a slash at the end are directories. */
interface Case {
  readonly there?: readonly string[];
  readonly missing: readonly string[];
  readonly present?: string;
  readonly act: Act;
}

function make(name: string): Act {
  return (desk) => Deno.writeTextFile(desk.at(name), "x");
}

function makeDirectory(name: string): Act {
  return (desk) => Deno.mkdir(desk.at(name));
}

function remove(name: string): Act {
  return (desk) => Deno.remove(desk.at(name), { recursive: true });
}

function move(from: string, to: string): Act {
  return (desk) => Deno.rename(desk.at(from), desk.at(to));
}

function change(name: string): Act {
  return (desk) => Deno.writeTextFile(desk.at(name), "more", { append: true });
}

function protect(name: string): Act {
  return (desk) => Deno.chmod(desk.at(name), 0o700);
}

async function begin(desk: WatchDesk, { there = [], missing, present }: Case): Promise<boolean> {
  for (const name of there) {
    if (name.includes("->")) {
      const [link = "", target = ""] = name.split("->");
      await Deno.symlink(target, desk.at(link));
    } else if (name.endsWith("/")) await Deno.mkdir(desk.at(name), { recursive: true });
    else await Deno.writeTextFile(desk.at(name), "");
  }
  return await desk.watchMissing(1, [...missing], present);
}

const firing: Readonly<Record<string, Case>> = {
  "a file appears": { missing: ["a"], act: make("a") },
  "a directory appears": { missing: ["a"], act: makeDirectory("a") },
  "something is moved there": { there: ["t"], missing: ["a"], act: move("t", "a") },
  "a dangling link appears": { missing: ["a"], act: (desk) => Deno.symlink("no", desk.at("a")) },
  "a hard link appears": {
    there: ["t"],
    missing: ["a"],
    act: (desk) => Deno.link(desk.at("t"), desk.at("a")),
  },
  "it appears and vanishes": {
    missing: ["a"],
    act: (desk) => {
      Deno.writeTextFileSync(desk.at("a"), "");
      Deno.removeSync(desk.at("a"));
    },
  },
  "the last of many appears": {
    missing: Array.from({ length: 64 }, (_, i) => `${i}`),
    act: make("63"),
  },
  "an ancestor appears": { missing: ["a/b/c"], act: makeDirectory("a") },
  "the directory is removed": { there: ["w/"], missing: ["w/b"], act: remove("w") },
  "the directory is moved": { there: ["w/"], missing: ["w/b"], act: move("w", "v") },
  "one above is moved": { there: ["w/x/"], missing: ["w/x/b"], act: move("w", "v") },
  "the directory's mode changes": { there: ["w/"], missing: ["w/b"], act: protect("w") },
  "what is present changes": { there: ["p"], missing: ["a"], present: "p", act: change("p") },
  "its mode changes": { there: ["p"], missing: ["a"], present: "p", act: protect("p") },
  "it is removed": { there: ["p"], missing: ["a"], present: "p", act: remove("p") },
  "it is moved": { there: ["p"], missing: ["a"], present: "p", act: move("p", "q") },
  "it is replaced": { there: ["p", "t"], missing: ["a"], present: "p", act: move("t", "p") },
  "it is moved with its directory": {
    there: ["w/", "w/p"],
    missing: ["a"],
    present: "w/p",
    act: move("w", "v"),
  },
  "a present directory's mode changes": {
    there: ["p/"],
    missing: ["a"],
    present: "p",
    act: protect("p"),
  },
  "something missing appears in a present directory": {
    there: ["p/"],
    missing: ["p/a"],
    present: "p",
    act: make("p/a"),
  },
};

for (const [name, what] of Object.entries(firing)) {
  childTest(`fs/watchMissing tells once when ${name}`, async () => {
    await using desk = await WatchDesk.open();
    assertEquals(await begin(desk, what), true);
    await what.act(desk);
    await desk.until(() => desk.missing.length > 0, "the notification");
    await assertNothingWatched();
    assertEquals(desk.missing, [1]);
  });
}

const silent: Readonly<Record<string, Case>> = {
  "a sibling appears": { missing: ["a"], act: make("b") },
  "a sibling changes": { there: ["q"], missing: ["a"], act: change("q") },
  "a sibling of a missing ancestor appears": { missing: ["a/b"], act: makeDirectory("z") },
  "a sibling of what is present appears": {
    there: ["p"],
    missing: ["a"],
    present: "p",
    act: make("q"),
  },
  "what is present is read": {
    there: ["p"],
    missing: ["a"],
    present: "p",
    act: async (desk) => void await Deno.readTextFile(desk.at("p")),
  },
  "something appears deep in a present directory": {
    there: ["p/sub/"],
    missing: ["a"],
    present: "p",
    act: make("p/sub/x"),
  },
};

for (const [name, what] of Object.entries(silent)) {
  childTest(`fs/watchMissing tells nothing when ${name}`, async () => {
    await using desk = await WatchDesk.open();
    assertEquals(await begin(desk, what), true);
    await what.act(desk);
    await using other = desk.another();
    // Events come in order: once this one was told, all before were.
    await other.watchMissing(1, ["mark"]);
    await make("mark")(desk);
    await other.until(() => other.missing.length > 0, "the mark");
    assertEquals(desk.missing, []);
  });
}

const pointless: Readonly<Record<string, Omit<Case, "act">>> = {
  "nothing is named": { missing: [] },
  "65 paths are named": { missing: Array.from({ length: 65 }, (_, i) => `${i}`) },
  "one exists": { there: ["b"], missing: ["a", "b"] },
  "one is a dangling link": { there: ["a->no"], missing: ["a"] },
  "a link is on the way": { there: ["w/", "l->w"], missing: ["l/a"] },
  "a file is on the way": { there: ["f"], missing: ["f/a"] },
  "a name is too long": { missing: ["a".repeat(256)] },
  "what should be present is missing": { missing: ["a"], present: "p" },
  "what should be present is a link": { there: ["f", "p->f"], missing: ["a"], present: "p" },
};

for (const [name, what] of Object.entries(pointless)) {
  childTest(`fs/watchMissing has nothing to wait for when ${name}`, async () => {
    await using desk = await WatchDesk.open();
    assertEquals(await begin(desk, { ...what, act: () => {} }), false);
    await assertNothingWatched();
  });
}

childTest("fs/watchMissing has nothing to wait for where changes are not told", async () => {
  await using desk = await WatchDesk.open();
  for (const path of ["file:///proc/no-such", "file:///sys/no-such", "file:///C:/x"]) {
    const params = { watchId: 1, missing: [path] };
    assertEquals(await watchMissing(params, desk.call), { watching: false });
  }
});

childTest("fs/watchMissing takes only higher ids, and each replaces the one before", async () => {
  await using desk = await WatchDesk.open();
  assertEquals(await desk.watchMissing(0, ["a"]), false);
  assertEquals(await desk.watchMissing(5, ["a"]), true);
  assertEquals(await desk.watchMissing(5, ["b"]), false);
  await make("a")(desk);
  await desk.until(() => desk.missing.length > 0, "the notification");
  assertEquals(await desk.watchMissing(6, ["b"]), true);
  assertEquals(await desk.watchMissing(7, ["a"]), false);
  await assertNothingWatched();
  assertEquals(await desk.watchMissing(7, ["c"]), false);
  assertEquals(await desk.watchMissing(8, ["c"]), true);
  assertEquals(await desk.watchMissing(9, ["d"]), true);
  await make("b")(desk);
  await make("c")(desk);
  await make("d")(desk);
  await desk.until(() => desk.missing.length > 1, "the notification");
  assertEquals(desk.missing, [5, 9]);
});

childTest("fs/watchMissing does not miss what appears while it begins", async () => {
  await using desk = await WatchDesk.open();
  for (let id = 1; id <= 100; id++) {
    const name = `dir${id}/f`;
    const answer = desk.watchMissing(id, [name]);
    await Deno.mkdir(desk.at(`dir${id}`));
    await Deno.writeTextFile(desk.at(name), "");
    if (await answer) await desk.until(() => desk.missing.includes(id), `watch ${id}`);
  }
  await assertNothingWatched();
});

childTest(
  "fs/watchMissing ends with its connection, also one that is replaced as it begins",
  async () => {
    await using desk = await WatchDesk.open();
    const first = desk.watchMissing(1, ["a"]);
    const second = desk.watchMissing(2, ["a"]);
    assertEquals([await first, await second], [false, true]);
    desk.end();
    await assertNothingWatched();
    const params = { watchId: 3, missing: [pathToUri(desk.at("a"))] };
    assertEquals(await watchMissing(params, desk.call), { watching: false });
  },
);
