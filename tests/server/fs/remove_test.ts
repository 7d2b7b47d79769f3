/** `fs/remove` of real files of every kind. @module */

import { assertEquals } from "@std/assert";
import { remove } from "../../../server/fs/remove.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";
import { hookedFiles } from "../../support/hooked_files.ts";
import { canMount, mounted } from "../../support/mounted.ts";

const files = {
  file: "",
  "dir/inner": "inside",
  "dir/sub/deep": "",
  "empty/": "",
  link: "->file",
  dirlink: "->dir",
  dangling: "->nowhere",
  loop: "->loop",
  fifo: "|",
};

type Fields = {
  readonly recursive?: boolean;
  readonly force?: boolean;
  readonly followSymlinks?: boolean;
};

async function removed(scene: FileScene, name: string, fields: Fields = {}, call = scene.call) {
  assertEquals(await remove({ path: scene.uri(name), ...fields }, call), {});
}

for (const name of ["file", "link", "dirlink", "dangling", "loop", "fifo", "empty", "dir"]) {
  Deno.test(`fs/remove of ${name} removes it, and nothing else`, async () => {
    await using scene = await fileScene();
    await scene.put(files);
    const others = scene.list().filter((entry) => entry.replace(/[/@]$/, "") !== name);
    await removed(scene, name);
    assertEquals(scene.list(), others);
    if (name !== "dir") assertEquals(scene.list("dir"), ["inner", "sub/"]);
  });
}

const ONE = { recursive: false };
const NO_LINKS = { recursive: false, followSymlinks: false };
const MUST = { force: false };

Deno.test("fs/remove is content with what is missing, unless told otherwise", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  for (const fields of [{}, ONE, NO_LINKS]) {
    for (const name of ["missing", "missing/x"]) {
      await removed(scene, name, fields);
      await assertRefused(() => removed(scene, name, { ...fields, ...MUST }), -32004);
    }
  }
});

Deno.test("fs/remove without following removes files and empty directories", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  for (const name of ["file", "empty", "fifo", "dir/inner"]) await removed(scene, name, NO_LINKS);
  assertEquals(scene.list(), ["dangling@", "dir/", "dirlink@", "link@", "loop@"]);
});

const failures: readonly (readonly [name: string, fields: Fields, code: number, words: string])[] =
  [
    ["dir", ONE, -32603, "(os error 39)"],
    ["file/x", {}, -32603, "(os error 20)"],
    ["loop/x", {}, -32603, "(os error 40)"],
    ["file", { followSymlinks: false }, -32603, "recursive no-follow removal is unsupported"],
    ["link", NO_LINKS, -32600, "path contains a symbolic link"],
    ["dangling", NO_LINKS, -32600, "path contains a symbolic link"],
    ["dirlink/inner", NO_LINKS, -32603, "(os error 20)"],
    ["dir", NO_LINKS, -32603, "(os error 39)"],
  ];

for (const [name, fields, code, words] of failures) {
  Deno.test(`fs/remove of ${name} with ${JSON.stringify(fields)} fails with ${code}`, async () => {
    await using scene = await fileScene();
    await scene.put(files);
    const before = scene.list();
    await assertRefused(() => removed(scene, name, fields), code, words);
    assertEquals([scene.list(), scene.text("dir/inner")], [before, "inside"]);
  });
}

Deno.test("fs/remove never removes the root", async () => {
  await using scene = await fileScene();
  for (const fields of [{}, ONE, NO_LINKS]) {
    const attempt = () => remove({ path: "file:///", ...fields }, scene.call);
    await assertRefused(attempt, -32603, "(os error 16)");
  }
});

Deno.test("fs/remove does not follow links in a tree", async () => {
  await using scene = await fileScene();
  await scene.put({ ...files, "tree/a": "->../dir", "tree/b/c": `->${scene.path}`, "tree/d": "|" });
  await removed(scene, "tree");
  assertEquals([scene.list("dir"), scene.list().includes("tree/")], [["inner", "sub/"], false]);
});

Deno.test("fs/remove removes a tree that is deeper than any path may be long", async () => {
  await using scene = await fileScene();
  // Three times the depth that is kept open, and 20 000 bytes of path.
  const name = "d".repeat(100);
  const script =
    `i=0; while [ $i -lt 200 ]; do mkdir ${name} && cd -P ${name}; i=$((i+1)); done; : > f`;
  const inTree = { args: ["-c", script], cwd: scene.path };
  await new Deno.Command("sh", inTree).output();
  await removed(scene, name);
  assertEquals(scene.list(), []);
});

Deno.test("fs/remove removes many files, with names of every kind", async () => {
  await using scene = await fileScene();
  const script = `mkdir -p tree/a tree/b; cd tree/a; seq 3000 | xargs touch; cd ../b;
    touch "$(printf 'bad\\377')" "$(printf 'new\\nline')" -- -rf ' ' '*' "$(printf '%0255d' 0)"`;
  await new Deno.Command("sh", { args: ["-c", script], cwd: scene.path }).output();
  await removed(scene, "tree");
  assertEquals(scene.list(), []);
});

Deno.test("fs/remove stays in the tree when a link takes a directory's place", async () => {
  await using scene = await fileScene();
  await scene.put({ ...files, "tree/sub/x": "", "tree/sub/y": "" });
  let opened = 0;
  const machine = {
    ...scene.call.machine,
    files: hookedFiles(scene.call.machine.files, async (method) => {
      // The second is `tree/sub`, which is known to be a directory by now.
      if (method !== "openDirectory" || ++opened !== 2) return;
      await Deno.rename(scene.at("tree/sub"), scene.at("moved"));
      await Deno.symlink(scene.at("dir"), scene.at("tree/sub"));
    }),
  };
  await removed(scene, "tree", {}, { ...scene.call, machine });
  assertEquals([scene.list("dir"), scene.list("moved")], [["inner", "sub/"], ["x", "y"]]);
  assertEquals(scene.list().includes("tree/"), false);
});

Deno.test("fs/remove is content when another is faster", async () => {
  await using scene = await fileScene();
  await scene.put({ "tree/a/1": "", "tree/a/2": "", "tree/b/3": "", "tree/c": "" });
  await Promise.all(Array.from({ length: 8 }, () => removed(scene, "tree")));
  assertEquals(scene.list(), []);
});

Deno.test("fs/remove stops when the connection ends", async () => {
  await using scene = await fileScene();
  await scene.put({ "tree/a/1": "", "tree/b/2": "" });
  scene.gone.abort();
  await assertRefused(() => removed(scene, "tree"), -32603);
  assertEquals([scene.list("tree"), scene.list("tree/a")], [["a/", "b/"], ["1"]]);
});

Deno.test({
  name: "fs/remove does not empty what is mounted in a tree",
  ignore: !canMount(),
  fn: async () => {
    await using scene = await fileScene();
    await scene.put({ "tree/mounted/": "", "tree/file": "" });
    await using _disk = await mounted(scene.at("tree/mounted"), "size=1m");
    await scene.put({ "tree/mounted/kept": "" });
    await assertRefused(() => removed(scene, "tree"), -32603, "(os error 16)");
    assertEquals(scene.list("tree/mounted"), ["kept"]);
  },
});
