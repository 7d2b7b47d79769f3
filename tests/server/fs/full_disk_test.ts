/** Files on a disk that has no room left. @module */

import { assertEquals } from "@std/assert";
import { copy } from "../../../server/fs/copy.ts";
import { createDirectory } from "../../../server/fs/create_directory.ts";
import { remove } from "../../../server/fs/remove.ts";
import { writeFile } from "../../../server/fs/write_file.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";
import { canMount, mounted } from "../../support/mounted.ts";

const NO_SPACE = "(os error 28)";

function diskTest(name: string, work: (scene: FileScene) => Promise<void>): void {
  Deno.test({
    name: canMount() ? name : `${name} (needs the right to mount)`,
    ignore: !canMount(),
    fn: async () => {
      await using scene = await fileScene();
      await Deno.mkdir(scene.at("disk"));
      await using _disk = await mounted(scene.at("disk"), "size=1m,nr_inodes=10");
      await work(scene);
    },
  });
}

function write(scene: FileScene, name: string, size: number, atomic: boolean) {
  const dataBase64 = new Uint8Array(size).fill(120);
  const call = { ...scene.call, wantsExtensions: true };
  return writeFile({ path: scene.uri(name), dataBase64, atomic }, call);
}

diskTest("a write to a full disk fails", async (scene) => {
  await assertRefused(() => write(scene, "disk/file", 3_000_000, false), -32603, NO_SPACE);
  await assertRefused(() => write(scene, "disk/other", 100_000, false), -32603, NO_SPACE);
});

diskTest("an atomic write to a full disk leaves the old file, and no other", async (scene) => {
  await write(scene, "disk/file", 600_000, true);
  await assertRefused(() => write(scene, "disk/file", 600_000, true), -32603, NO_SPACE);
  assertEquals([scene.list("disk"), scene.text("disk/file").length], [["file"], 600_000]);
  await write(scene, "disk/file", 200_000, true);
  assertEquals([scene.list("disk"), scene.text("disk/file").length], [["file"], 200_000]);
});

diskTest("a copy to a full disk fails", async (scene) => {
  await write(scene, "large", 3_000_000, false);
  const params = { sourcePath: scene.uri("large"), destinationPath: scene.uri("disk/large") };
  await assertRefused(() => copy({ ...params, recursive: false }, scene.call), -32603, NO_SPACE);
});

diskTest("a disk without room for names refuses them, and can be emptied", async (scene) => {
  const make = () => createDirectory({ path: scene.uri("disk/a/b/c/d/e/f/g/h/i/j/k") }, scene.call);
  await assertRefused(make, -32603, NO_SPACE);
  await assertRefused(() => write(scene, "disk/file", 1, true), -32603, NO_SPACE);
  await remove({ path: scene.uri("disk/a") }, scene.call);
  assertEquals(scene.list("disk"), []);
});

diskTest("what is mounted cannot be removed", async (scene) => {
  const attempt = () => remove({ path: scene.uri("disk") }, scene.call);
  await assertRefused(attempt, -32603, "(os error 16)");
});
