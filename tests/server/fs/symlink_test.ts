/** `fs/symlink` in a real directory. @module */

import { assertEquals } from "@std/assert";
import { symlink } from "../../../server/fs/symlink.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";

async function link(scene: FileScene, name: string, target: string): Promise<void> {
  assertEquals(await symlink({ path: scene.uri(name), target }, scene.call), {});
}

Deno.test("fs/symlink makes a link that says exactly what it is told", async () => {
  await using scene = await fileScene();
  const targets = ["file", "../..", "/", "no where\n😀", "a//b/", "x".repeat(4095)];
  for (const [at, target] of targets.entries()) {
    await link(scene, `${at}`, target);
    assertEquals(await Deno.readLink(scene.at(`${at}`)), target);
  }
});

Deno.test("fs/symlink refuses what is no path, and a name that is taken", async () => {
  await using scene = await fileScene();
  await scene.put({ file: "", dangling: "->nowhere" });
  await assertRefused(() => link(scene, "new", ""), -32602, "`target`");
  await assertRefused(() => link(scene, "new", "a\0b"), -32602, "`target`");
  await assertRefused(() => link(scene, "new", "x".repeat(4096)), -32603, "(os error 36)");
  await assertRefused(() => link(scene, "file", "x"), -32603, "(os error 17)");
  await assertRefused(() => link(scene, "dangling", "x"), -32603, "(os error 17)");
  await assertRefused(() => link(scene, "missing/new", "x"), -32004, "(os error 2)");
  assertEquals(scene.list(), ["dangling@", "file"]);
});
