/** Checks of `fs/createDirectory`, `fs/readDirectory` and `fs/remove`. @module */
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { assertRefusal, inWords, type Refusal, system } from "../support/file_refusals.ts";
import { type Fields, type FileRoom, openRoom } from "../support/file_room.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const server = sharedServer();

const IS_LINK = inWords("path contains a symbolic link");
const NO_FOLLOW = { followSymlinks: false };
const FLAT = { recursive: false };

/** The files most checks look at. */
const files = {
  file: "content",
  "dir/inner": "inside",
  "empty/": "",
  link: "->file",
  dirlink: "->dir",
  dangling: "->nowhere",
  loop: "->loop",
  fifo: "|",
};

check("80: createDirectory makes parents, and is content with what is there", async () => {
  await using room = await openRoom(server());
  await room.make("a/b/c");
  await room.make("a/b/c");
  await room.make("a/d/", { recursive: null });
  await room.make("f/g", NO_FOLLOW);
  await room.make("f/g", NO_FOLLOW);
  assertEquals([room.list(), room.list("a"), room.list("f")], [
    ["a/", "f/"],
    ["b/", "d/"],
    ["g/"],
  ]);
  assertEquals(await room.peer.call("fs/createDirectory", { path: "file:///" }), {});
});

check("80: createDirectory passes through links to directories", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  await room.make("dirlink/new");
  await room.make("dirlink");
  assertEquals(room.list("dir"), ["inner", "new/"]);
});

const unmakeable: readonly (readonly [name: string, refusal: Refusal, fields?: Fields])[] = [
  ["file", system.EEXIST],
  ["link", system.EEXIST],
  ["dangling", system.EEXIST],
  ["fifo", system.EEXIST],
  ["file/new", system.ENOTDIR],
  ["dir", system.EEXIST, FLAT],
  ["dirlink", system.EEXIST, FLAT],
  ["file/new", system.ENOTDIR, FLAT],
  ["missing/new", system.ENOENT, FLAT],
  ["dirlink", system.ENOTDIR, NO_FOLLOW],
  ["dirlink/new", system.ENOTDIR, NO_FOLLOW],
  ["dirlink/new", system.ENOTDIR, { ...FLAT, ...NO_FOLLOW }],
];

for (const [name, refusal, fields = {}] of unmakeable) {
  check(`80: making \`${name}\` with ${told(fields)} is refused`, async () => {
    await using room = await openRoom(server());
    await room.put(files);
    const before = room.list();
    assertRefusal(await room.refused("fs/createDirectory", name, fields), refusal);
    assertEquals([room.list(), room.list("dir")], [before, ["inner"]]);
  });
}

check("80: one directory is made in a parent that is there", async () => {
  await using room = await openRoom(server());
  await room.make("one", FLAT);
  await room.make("one/two", { ...FLAT, ...NO_FOLLOW });
  assertEquals(room.list("one"), ["two/"]);
});

check("81: remove takes everything, and is content with nothing", async () => {
  await using room = await openRoom(server());
  await room.put({ ...files, "deep/er/est/file": "", "deep/.hidden/x": "", "deep/up": "->.." });
  for (const name of ["deep", "deep", "file", "empty", "fifo", "missing/below"]) {
    await room.remove(name);
  }
  assertEquals(room.list(), ["dangling@", "dir/", "dirlink@", "link@", "loop@"]);
  await room.remove("dir", { recursive: null, force: null, sandbox: null });
  assertEquals(room.list(), ["dangling@", "dirlink@", "link@", "loop@"]);
});

check("81: remove takes a link, never what it leads to", async () => {
  await using room = await openRoom(server());
  await room.put({ ...files, "box/out": "->../dir", "box/file": "->../file" });
  for (const name of ["link", "dirlink", "dangling", "loop", "box"]) await room.remove(name);
  assertEquals(room.list(), ["dir/", "empty/", "fifo", "file"]);
  assertEquals(room.list("dir"), ["inner"]);
});

check("81: a slash behind a link to a directory changes nothing", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  await room.remove("dirlink/");
  assertEquals(room.list("dir"), ["inner"]);
  assert(!room.list().includes("dirlink@"));
});

check("81: without `recursive` a directory must be empty", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  assertRefusal(await room.refused("fs/remove", "dir", FLAT), system.ENOTEMPTY);
  assertEquals(room.list("dir"), ["inner"]);
  for (const name of ["empty", "file", "link"]) await room.remove(name, FLAT);
  assertEquals(room.list(), ["dangling@", "dir/", "dirlink@", "fifo", "loop@"]);
});

check("81: without `force` what is missing is refused", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  for (const name of ["missing", "missing/below", "dirlink/missing"]) {
    assertRefusal(await room.refused("fs/remove", name, { force: false }), system.ENOENT);
  }
  await room.remove("dangling", { force: false });
});

check("81: `force` does not forgive a file on the way", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  for (const force of [true, false]) {
    assertRefusal(await room.refused("fs/remove", "file/below", { force }), system.ENOTDIR);
  }
});

check("82: removing a tree without following is refused whatever is there", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  const refusal = inWords("recursive no-follow removal is unsupported", -32603);
  for (const name of ["dir", "file", "link", "missing"]) {
    assertRefusal(await room.refused("fs/remove", name, NO_FOLLOW), refusal);
  }
  assertEquals(room.list("dir"), ["inner"]);
});

check("82: without following, one thing is removed unless a link is in the path", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  const fields = { ...FLAT, ...NO_FOLLOW };
  for (const name of ["link", "dirlink", "dangling"]) {
    assertRefusal(await room.refused("fs/remove", name, fields), IS_LINK);
  }
  assertRefusal(await room.refused("fs/remove", "dirlink/inner", fields), system.ENOTDIR);
  assertRefusal(await room.refused("fs/remove", "dir", fields), system.ENOTEMPTY);
  const strict = { ...fields, force: false };
  assertRefusal(await room.refused("fs/remove", "missing", strict), system.ENOENT);
  for (const name of ["dir/inner", "dir", "file", "fifo", "missing"]) {
    await room.remove(name, fields);
  }
  assertEquals(room.list(), ["dangling@", "dirlink@", "empty/", "link@", "loop@"]);
});

check("85: readDirectory tells what names lead to, and leaves out what leads nowhere", async () => {
  await using room = await openRoom(server());
  await room.put({ ...files, ".hidden/x": "" });
  assertEquals(await entries(room, "."), [
    ".hidden directory",
    "dir directory",
    "dirlink directory",
    "empty directory",
    "fifo other",
    "file file",
    "link file",
  ]);
});

check("85: a directory is also read through a link, and an empty one is empty", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  assertEquals(await entries(room, "dirlink"), ["inner file"]);
  assertEquals(await entries(room, "dirlink/"), ["inner file"]);
  assertEquals(await entries(room, "empty"), []);
});

check("85: a directory of 3000 names is read whole", async () => {
  await using room = await openRoom(server());
  await room.put({ "wide/": "" });
  const names = Array.from({ length: 3000 }, (_, index) => `name ${index}`);
  for (const name of names) Deno.writeTextFileSync(room.at(`wide/${name}`), "");
  assertEquals(await entries(room, "wide"), names.map((name) => `${name} file`).sort());
});

check("85: what is no directory is refused", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  for (const name of ["file", "link", "fifo", "file/below"]) {
    assertRefusal(await room.refused("fs/readDirectory", name), system.ENOTDIR);
  }
  for (const name of ["missing", "dangling"]) {
    assertRefusal(await room.refused("fs/readDirectory", name), system.ENOENT);
  }
  assertRefusal(await room.refused("fs/readDirectory", "loop"), system.ELOOP);
});

check("flags that are no flags are refused", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  for (const method of ["fs/remove", "fs/createDirectory"]) {
    for (const field of ["recursive", "followSymlinks"]) {
      const failure = await room.refused(method, "dir", { [field]: "no" });
      assertEquals(failure.code, -32602, `${method} ${field}`);
    }
  }
  assertEquals((await room.refused("fs/remove", "dir", { force: 1 })).code, -32602);
  assertEquals(room.list("dir"), ["inner"]);
});

const directory = v.strictObject({
  entries: v.array(v.strictObject({
    fileName: v.string(),
    isDirectory: v.boolean(),
    isFile: v.boolean(),
  })),
});

/** Names and kinds in a directory, sorted: the wire promises no order. */
async function entries(room: FileRoom, name: string): Promise<readonly string[]> {
  const result = v.parse(directory, await room.call("fs/readDirectory", name));
  const kind = ({ isDirectory, isFile }: { isDirectory: boolean; isFile: boolean }) =>
    isDirectory ? "directory" : isFile ? "file" : "other";
  return result.entries.map((entry) => `${entry.fileName} ${kind(entry)}`).sort();
}

function told(fields: Fields): string {
  return Object.keys(fields).length === 0 ? "nothing said" : JSON.stringify(fields);
}
