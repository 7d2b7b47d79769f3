/** Checks of `fs/copy`: what arrives, what is merged, and what is refused. @module */
import { assertEquals } from "@std/assert";
import { assertRefusal, inWords, system } from "../support/file_refusals.ts";
import { openRoom } from "../support/file_room.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";
import { expectations } from "./expectations.ts";

const server = sharedServer();

const NEEDS_RECURSIVE = inWords("fs/copy requires recursive: true when sourcePath is a directory");
const INTO_ITSELF = inWords("fs/copy cannot copy a directory to itself or one of its descendants");
const SPECIAL = inWords("fs/copy only supports regular files, directories, and symlinks");

/** A directory with a file, a directory, and links to both and to nothing. */
const tree = {
  "tree/file": "content",
  "tree/dir/inner": "inside",
  "tree/link": "->file",
  "tree/dirlink": "->dir",
  "tree/dangling": "->nowhere",
};

check("83: a file is copied with its permission bits, onto an old one too", async () => {
  await using room = await openRoom(server());
  await room.put({ file: "content", old: "something longer" });
  await Deno.chmod(room.at("file"), 0o751);
  await Deno.chmod(room.at("old"), 0o600);
  await room.copy("file", "new");
  await room.copy("file", "old");
  await room.copy("file", "also", true);
  for (const name of ["new", "old", "also"]) {
    assertEquals([room.text(name), room.mode(name)], ["content", 0o751], name);
  }
});

check("83: a file of 5 MB is copied exactly", async () => {
  await using room = await openRoom(server());
  const bytes = Uint8Array.from({ length: 5_000_011 }, (_, index) => index * 7919 >> 5);
  await Deno.writeFile(room.at("large"), bytes);
  await room.copy("large", "copy");
  assertEquals(await Deno.readFile(room.at("copy")), bytes);
});

check("83: a file copied onto a link goes where the link leads", async () => {
  await using room = await openRoom(server());
  await room.put({ file: "content", old: "old", link: "->old", dangling: "->made" });
  await room.copy("file", "link");
  await room.copy("file", "dangling");
  assertEquals([room.text("old"), room.text("made")], ["content", "content"]);
  assertEquals(room.list(), ["dangling@", "file", "link@", "made", "old"]);
});

check("83: a tree is copied, links as links", async () => {
  await using room = await openRoom(server());
  await room.put(tree);
  await room.copy("tree", "copy", true);
  assertEquals(room.list("copy"), room.list("tree"));
  assertEquals([room.text("copy/file"), room.text("copy/dir/inner")], ["content", "inside"]);
  for (const name of ["link", "dirlink", "dangling"]) {
    const target = await Deno.readLink(room.at(`copy/${name}`));
    assertEquals(target, await Deno.readLink(room.at(`tree/${name}`)));
  }
});

check("83: a tree is merged into what is there", async () => {
  await using room = await openRoom(server());
  await room.put({ "tree/file": "new", "tree/dir/inner": "new", "tree/new/": "" });
  await room.put({ "old/file": "old", "old/dir/other": "stays", "old/more": "stays" });
  await room.copy("tree", "old", true);
  assertEquals([room.list("old"), room.list("old/dir")], [
    ["dir/", "file", "more", "new/"],
    ["inner", "other"],
  ]);
  assertEquals([room.text("old/file"), room.text("old/dir/inner")], ["new", "new"]);
});

check("83: a link is copied as a link, with or without `recursive`", async () => {
  await using room = await openRoom(server());
  await room.put(tree);
  for (const name of ["link", "dirlink", "dangling"]) {
    for (const recursive of [false, true]) {
      const copy = `${name}-${recursive}`;
      await room.copy(`tree/${name}`, copy, recursive);
      assertEquals(
        await Deno.readLink(room.at(copy)),
        await Deno.readLink(room.at(`tree/${name}`)),
      );
    }
  }
});

check("83: a link is not copied onto anything", async () => {
  await using room = await openRoom(server());
  await room.put({ ...tree, old: "old", "to/link": "old" });
  for (const name of ["old", "tree/dir", "tree/dirlink", "tree/link"]) {
    assertRefusal(await room.copyRefused("tree/link", name), system.EEXIST);
  }
  await room.put({ "other/link": "->elsewhere", "same/link": "old" });
  assertRefusal(await room.copyRefused("other", "same", true), system.EEXIST);
  assertEquals([room.text("old"), room.text("same/link")], ["old", "old"]);
});

check("83: a directory without `recursive` is refused, and `recursive` must be said", async () => {
  await using room = await openRoom(server());
  await room.put(tree);
  assertRefusal(await room.copyRefused("tree", "copy"), NEEDS_RECURSIVE);
  const params = { sourcePath: room.uri("tree"), destinationPath: room.uri("copy") };
  const unsaid = await room.peer.refused("fs/copy", params);
  assertRefusal(unsaid, inWords("missing field `recursive`", -32602));
  const isNull = await room.peer.refused("fs/copy", { ...params, recursive: null });
  assertEquals(isNull.code, -32602);
  assertEquals(room.list(), ["tree/"]);
});

for (const to of ["tree", "tree/", "tree/copy", "tree/dir/copy", "tree/dirlink/copy", "back"]) {
  check(`83: a directory is not copied into itself, to \`${to}\``, async () => {
    await using room = await openRoom(server());
    await room.put({ ...tree, back: "->tree/dir" });
    const before = [room.list("tree"), room.list("tree/dir")];
    assertRefusal(await room.copyRefused("tree", to, true), INTO_ITSELF);
    assertEquals([room.list("tree"), room.list("tree/dir")], before);
  });
}

check("83: a directory whose name begins like another's is not inside it", async () => {
  await using room = await openRoom(server());
  await room.put(tree);
  await room.copy("tree", "tree2", true);
  assertEquals(room.list("tree2"), room.list("tree"));
});

check("83: a file is not copied onto a directory, nor a directory onto a file", async () => {
  await using room = await openRoom(server());
  await room.put({ ...tree, file: "content" });
  assertRefusal(await room.copyRefused("file", "tree"), system.EISDIR);
  assertRefusal(await room.copyRefused("file", "tree/dirlink"), system.EISDIR);
  assertRefusal(await room.copyRefused("tree", "file", true), system.EEXIST);
  assertEquals(room.text("file"), "content");
});

check("83: what is missing is refused, on either side", async () => {
  await using room = await openRoom(server());
  await room.put({ file: "content" });
  assertRefusal(await room.copyRefused("missing", "copy"), system.ENOENT);
  assertRefusal(await room.copyRefused("missing", "copy", true), system.ENOENT);
  assertRefusal(await room.copyRefused("file", "missing/copy"), system.ENOENT);
  assertRefusal(await room.copyRefused("file/below", "copy"), system.ENOTDIR);
  assertEquals(room.list(), ["file"]);
});

check("83: FIFOs and devices are refused, and left out of a tree", async () => {
  await using room = await openRoom(server());
  await room.put({ fifo: "|", "tree/fifo": "|", "tree/file": "content" });
  assertRefusal(await room.copyRefused("fifo", "copy"), SPECIAL);
  const device = {
    sourcePath: "file:///dev/zero",
    destinationPath: room.uri("copy"),
    recursive: false,
  };
  assertRefusal(await room.peer.refused("fs/copy", device), SPECIAL);
  await room.copy("tree", "copy", true);
  assertEquals(room.list("copy"), ["file"]);
});

for (const [words, to] of [["itself", "file"], ["a link to it", "link"], ["itself", "hard"]]) {
  check(`83: a file copied onto ${words} (\`${to}\`)`, async () => {
    await using room = await openRoom(server());
    await room.put({ file: "content", link: "->file" });
    await Deno.link(room.at("file"), room.at("hard"));
    await room.copy("file", to ?? "");
    assertEquals(room.text("file"), expectations().copiesOntoItself ? "content" : "");
  });
}
