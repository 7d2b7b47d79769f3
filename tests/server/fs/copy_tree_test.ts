/** `fs/copy` of directories. @module */

import { assertEquals } from "@std/assert";
import { copy } from "../../../server/fs/copy.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";

const files = {
  "dir/a": "one",
  "dir/sub/b": "two",
  "dir/sub/deep/c": "three",
  "dir/link": "->a",
  "dir/out": "->../other",
  "dir/dangling": "->nowhere",
  other: "other",
  dirlink: "->dir",
};

async function copied(scene: FileScene, from: string, to: string, recursive = true) {
  const params = { sourcePath: scene.uri(from), destinationPath: scene.uri(to), recursive };
  assertEquals(await copy(params, scene.call), {});
}

Deno.test("fs/copy of a directory copies all it holds, links as links", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await Deno.chmod(scene.at("dir/sub/b"), 0o640);
  await Deno.chmod(scene.at("dir/sub"), 0o500);
  await copied(scene, "dir", "missing/new");
  assertEquals(scene.list("missing/new"), ["a", "dangling@", "link@", "out@", "sub/"]);
  assertEquals([scene.text("missing/new/sub/b"), scene.text("missing/new/sub/deep/c")], [
    "two",
    "three",
  ]);
  assertEquals(scene.mode("missing/new/sub/b"), 0o640);
  // Those of directories are not copied, as with the reference.
  assertEquals(scene.mode("missing/new/sub"), 0o777 & ~Deno.umask());
  await Deno.chmod(scene.at("dir/sub"), 0o700);
});

Deno.test("fs/copy of a directory goes into what is there, through links too", async () => {
  await using scene = await fileScene();
  await scene.put({ ...files, "old/a": "old", "old/sub": "->elsewhere", "old/elsewhere/x": "" });
  await scene.put({ "old/kept": "", into: "->old" });
  await Deno.remove(scene.at("dir/link"));
  await copied(scene, "dir", "into");
  assertEquals(scene.list("old"), ["a", "dangling@", "elsewhere/", "kept", "out@", "sub@"]);
  assertEquals([scene.text("old/a"), scene.list("old/elsewhere")], ["one", ["b", "deep/", "x"]]);
});

Deno.test("fs/copy of a directory leaves out FIFOs and the like", async () => {
  await using scene = await fileScene();
  await scene.put({ ...files, "dir/fifo": "|" });
  await copied(scene, "dir", "new");
  assertEquals(scene.list("new"), ["a", "dangling@", "link@", "out@", "sub/"]);
});

const inside = [
  "dir",
  "dir/sub",
  "dir/new",
  "dir/new/deeper",
  "dirlink",
  "dirlink/new",
  "up/dir/x",
];

for (const to of inside) {
  Deno.test(`fs/copy of a directory into itself, at ${to}, is refused`, async () => {
    await using scene = await fileScene();
    await scene.put({ ...files, up: "->." });
    const before = scene.list("dir");
    const words = "fs/copy cannot copy a directory to itself or one of its descendants";
    await assertRefused(() => copied(scene, "dir", to), -32600, words);
    assertEquals(scene.list("dir"), before);
  });
}

Deno.test("fs/copy of a directory to one that it is in works", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await copied(scene, "dir/sub", "dir");
  assertEquals(scene.list("dir"), ["a", "b", "dangling@", "deep/", "link@", "out@", "sub/"]);
});

const failures = [
  ["dir", "other", -32603, "(os error 17)", {}],
  ["dir", "dangling", -32603, "(os error 17)", { dangling: "->nowhere" }],
  ["dir", "other/new", -32603, "(os error 20)", {}],
  ["dir", "old", -32603, "(os error 17)", { "old/sub": "a file" }],
  ["dir", "old", -32603, "(os error 21)", { "old/a/": "" }],
  ["dir", "old", -32603, "(os error 17)", { "old/link": "->x" }],
] as const;

for (const [from, to, code, words, there] of failures) {
  const label = `${to} beside ${JSON.stringify(there)}`;
  Deno.test(`fs/copy of a directory to ${label} fails with ${code}`, async () => {
    await using scene = await fileScene();
    await scene.put({ ...files, ...there });
    await assertRefused(() => copied(scene, from, to), code, words);
  });
}

Deno.test("fs/copy of a directory to another name of itself copies no file onto itself", async () => {
  await using scene = await fileScene();
  await scene.put({ "dir/a": "one", "new/": "" });
  await Deno.link(scene.at("dir/a"), scene.at("new/a"));
  await copied(scene, "dir", "new");
  assertEquals(scene.text("dir/a"), "one");
});

Deno.test({
  name: "fs/copy of a directory keeps names that are not UTF-8",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using scene = await fileScene();
    const shell = async (script: string) => {
      const args = ["-c", script];
      const { stdout } = await new Deno.Command("sh", { args, cwd: scene.path }).output();
      return new TextDecoder().decode(stdout);
    };
    await shell(`mkdir -p "$(printf 'dir/\\377')"; printf x > "$(printf 'dir/\\377/\\376')"`);
    await copied(scene, "dir", "new");
    assertEquals(await shell(`cat "$(printf 'new/\\377/\\376')"`), "x");
  },
});

Deno.test("fs/copy of a directory is bounded in depth", async () => {
  await using scene = await fileScene();
  await Deno.mkdir(scene.at(`deep${"/d".repeat(300)}`), { recursive: true });
  await assertRefused(() => copied(scene, "deep", "new"), -32603, "nested more than 256 deep");
});

Deno.test("fs/copy of a directory ends with its connection", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  scene.gone.abort();
  await assertRefused(() => copied(scene, "dir", "new"), -32603);
  assertEquals(scene.list().includes("new/"), false);
});
