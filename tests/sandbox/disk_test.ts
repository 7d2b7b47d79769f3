/** Paths are followed as the kernel would, link by link. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { DiskRefusal } from "../../sandbox/disk_view.ts";
import { fakeDisk, type FakeTree, link } from "../support/fake_disk.ts";

const tree: FakeTree = {
  a: { file: "text", deep: { x: "" }, up: link(".."), abs: link("/b"), dangling: link("none/x") },
  b: { back: link("../a/deep"), self: link("self") },
  one: link("two"),
  two: link("one"),
};
const disk = fakeDisk(tree);

const rows: readonly (readonly [path: string, real: string, kind: string, links: number])[] = [
  ["/", "/", "directory", 0],
  ["/a/file", "/a/file", "file", 0],
  ["/a/up", "/", "directory", 1],
  ["/a/up/b", "/b", "directory", 1],
  ["/a/abs/back/x", "/a/deep/x", "file", 2],
  ["/a/dangling", "/a/none/x", "missing", 1],
  ["/a/none/y", "/a/none/y", "missing", 0],
];

for (const [path, real, kind, links] of rows) {
  Deno.test(`${path} leads to ${real}`, () => {
    const place = disk.place(path);
    assertEquals([place.real, place.kind, place.links.length], [real, kind, links]);
  });
}

Deno.test("links are told with their own real paths", () => {
  assertEquals(disk.place("/a/up/a/abs/back").links, [
    { path: "/a/up", target: ".." },
    { path: "/a/abs", target: "/b" },
    { path: "/b/back", target: "../a/deep" },
  ]);
});

Deno.test("what cannot be followed is refused", () => {
  for (const path of ["/one", "/b/self/x"]) assertThrows(() => disk.place(path), DiskRefusal);
  const odd = fakeDisk({ a: link("none/../b"), b: {} });
  assertThrows(() => odd.place("/a"), DiskRefusal, '"/none" is no directory');
  assertThrows(() => fakeDisk(tree, { closed: ["/a"] }).place("/a/deep"), DiskRefusal);
});

Deno.test("the first missing name is told, where anything could make it", () => {
  const { firstMissing, isBlocked } = disk.place("/a/none/y");
  assertEquals([firstMissing, isBlocked], ["/a/none", false]);
  const behind = disk.place("/a/file/y");
  assertEquals([behind.kind, behind.firstMissing, behind.isBlocked], ["missing", "/a/file", true]);
  const unwritable = fakeDisk(tree, { unwritable: ["/a"] });
  assertEquals(unwritable.place("/a/none/y").firstMissing, undefined);
  const unreachable = fakeDisk(tree, { unreachable: ["/a"] });
  assertEquals(unreachable.place("/a/deep/x").firstMissing, undefined);
  assertEquals(unreachable.place("/a/deep/x").kind, "missing");
});
