/** `fs/createDirectory` beside real files of every kind. @module */

import { assertEquals } from "@std/assert";
import { createDirectory } from "../../../server/fs/create_directory.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";

const files = {
  file: "",
  "dir/": "",
  link: "->file",
  dirlink: "->dir",
  dangling: "->nowhere",
  loop: "->loop",
};

type Fields = { readonly followSymlinks?: boolean; readonly recursive?: boolean };

async function make(scene: FileScene, name: string, fields: Fields = {}): Promise<void> {
  assertEquals(await createDirectory({ path: scene.uri(name), ...fields }, scene.call), {});
}

const NO_LINKS = { followSymlinks: false };
const ONE = { recursive: false };

Deno.test("fs/createDirectory makes parents too, and is content with what is there", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await make(scene, "a/b/c");
  for (const name of ["a/b/c", "dirlink", "dirlink/x/y", "dir"]) await make(scene, name);
  assertEquals([scene.list("a/b"), scene.list("dir/x")], [["c/"], ["y/"]]);
  assertEquals(scene.mode("a/b"), 0o777 & ~Deno.umask());
  assertEquals(await createDirectory({ path: "file:///" }, scene.call), {});
  assertEquals(await createDirectory({ path: "file:///", ...NO_LINKS }, scene.call), {});
});

Deno.test("fs/createDirectory without following makes parents too", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await make(scene, "a/b/c", NO_LINKS);
  for (const name of ["a/b/c", "a/b/c", "dir/x"]) await make(scene, name, NO_LINKS);
  await make(scene, "one", { ...NO_LINKS, ...ONE });
  assertEquals([scene.list("a/b"), scene.list("dir"), scene.list("one")], [["c/"], ["x/"], []]);
});

const failures: readonly (readonly [name: string, fields: Fields, code: number, words: string])[] =
  [
    ["file", {}, -32603, "(os error 17)"],
    ["link", {}, -32603, "(os error 17)"],
    ["dangling", {}, -32603, "(os error 17)"],
    ["dangling/x", {}, -32603, "(os error 17)"],
    ["loop", {}, -32603, "(os error 17)"],
    ["file/x", {}, -32603, "(os error 20)"],
    ["x".repeat(256), {}, -32603, "(os error 36)"],
    ["a/".repeat(2100), {}, -32603, "(os error 36)"],
    ["dir", ONE, -32603, "(os error 17)"],
    ["dirlink", ONE, -32603, "(os error 17)"],
    ["missing/x", ONE, -32004, "(os error 2)"],
    ["file/x", ONE, -32603, "(os error 20)"],
    ["dirlink", NO_LINKS, -32603, "(os error 20)"],
    ["dirlink/n", NO_LINKS, -32603, "(os error 20)"],
    ["dirlink/n/m", NO_LINKS, -32603, "(os error 20)"],
    ["dangling", NO_LINKS, -32603, "(os error 20)"],
    ["file", NO_LINKS, -32603, "(os error 20)"],
    ["link", NO_LINKS, -32603, "(os error 20)"],
    ["file/x", NO_LINKS, -32603, "(os error 20)"],
    ["dir", { ...NO_LINKS, ...ONE }, -32603, "(os error 17)"],
    ["dirlink/z", { ...NO_LINKS, ...ONE }, -32603, "(os error 20)"],
    ["missing/x", { ...NO_LINKS, ...ONE }, -32004, "(os error 2)"],
  ];

for (const [name, fields, code, words] of failures) {
  const label = `${name.slice(0, 20)} with ${JSON.stringify(fields)}`;
  Deno.test(`fs/createDirectory of ${label} fails with ${code}`, async () => {
    await using scene = await fileScene();
    await scene.put(files);
    const before = scene.list();
    await assertRefused(() => make(scene, name, fields), code, words);
    assertEquals([scene.list(), scene.list("dir")], [before, []]);
  });
}

Deno.test("fs/createDirectory side by side makes one tree", async () => {
  await using scene = await fileScene();
  await Promise.all(
    Array.from({ length: 50 }, (_, at) => make(scene, `a/b/c/${at}`, at % 2 === 0 ? {} : NO_LINKS)),
  );
  assertEquals(scene.list("a/b/c").length, 50);
});
