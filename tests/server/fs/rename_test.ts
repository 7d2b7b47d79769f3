/** `fs/rename` of real files of every kind. @module */

import { assertEquals } from "@std/assert";
import { rename } from "../../../server/fs/rename.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";

const files = { file: "one", other: "two", "dir/inner": "", "empty/": "", link: "->file" };

async function move(scene: FileScene, from: string, to: string, overwrite?: boolean) {
  const params = { sourcePath: scene.uri(from), destinationPath: scene.uri(to), overwrite };
  assertEquals(await rename(params, scene.call), {});
}

Deno.test("fs/rename moves every kind of entry, and links themselves", async () => {
  await using scene = await fileScene();
  await scene.put({ ...files, fifo: "|" });
  for (const name of ["file", "dir", "link", "fifo"]) {
    await move(scene, name, `new ${name}`);
    await move(scene, `new ${name}`, `empty/${name}`, false);
  }
  assertEquals(scene.list("empty"), ["dir/", "fifo", "file", "link@"]);
  assertEquals(await Deno.readLink(scene.at("empty/link")), "file");
});

Deno.test("fs/rename replaces in one step, unless told otherwise", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await assertRefused(() => move(scene, "file", "other", false), -32603, "(os error 17)");
  await assertRefused(() => move(scene, "file", "link", false), -32603, "(os error 17)");
  await assertRefused(() => move(scene, "dir", "empty", false), -32603, "(os error 17)");
  assertEquals([scene.text("file"), scene.text("other")], ["one", "two"]);
  await move(scene, "file", "other");
  await move(scene, "dir", "empty", true);
  assertEquals([scene.list(), scene.text("other")], [["empty/", "link@", "other"], "one"]);
});

const failures = [
  ["missing", "new", -32004, "missing"],
  ["file", "missing/new", -32004, "missing/new"],
  ["file", "dir", -32603, "dir"],
  ["dir", "file", -32603, "file"],
  ["empty", "dir", -32603, "dir"],
  ["dir", "dir/new", -32600, "dir/new"],
  ["file", "other/new", -32603, "other/new"],
  ["file/x", "new", -32603, "file/x"],
] as const;

for (const [from, to, code, atFault] of failures) {
  Deno.test(`fs/rename of ${from} to ${to} fails with ${code}, and names ${atFault}`, async () => {
    await using scene = await fileScene();
    await scene.put(files);
    const before = scene.list();
    await assertRefused(() => move(scene, from, to), code, `"${scene.at(atFault)}"`);
    assertEquals(scene.list(), before);
  });
}
