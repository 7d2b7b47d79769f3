/** `fs/chmod` of real files. @module */

import { assertEquals } from "@std/assert";
import { chmod } from "../../../server/fs/chmod.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";

type Fields = { readonly followSymlinks?: boolean };

async function set(scene: FileScene, name: string, mode: number, fields: Fields = {}) {
  assertEquals(await chmod({ path: scene.uri(name), mode, ...fields }, scene.call), {});
}

Deno.test("fs/chmod sets all permission bits of files and directories, through links", async () => {
  await using scene = await fileScene();
  await scene.put({ file: "", "dir/": "", link: "->file", fifo: "|" });
  for (const mode of [0, 0o7777, 0o4755, 0o600]) {
    await set(scene, "link", mode);
    assertEquals(scene.mode("file"), mode);
    await set(scene, "fifo", mode, { followSymlinks: false });
    assertEquals(scene.mode("fifo"), mode);
  }
  await set(scene, "dir", 0o1700, { followSymlinks: false });
  assertEquals(scene.mode("dir"), 0o1700);
});

const failures = [
  ["missing", 0o644, {}, -32004, "(os error 2)"],
  ["dangling", 0o644, {}, -32004, "(os error 2)"],
  ["file", 0o10000, {}, -32602, "it must be 0 to 4095"],
  ["file/x", 0o644, {}, -32603, "(os error 20)"],
  ["link", 0o644, { followSymlinks: false }, -32600, "path contains a symbolic link"],
  ["dirlink/inner", 0o644, { followSymlinks: false }, -32603, "(os error 20)"],
] as const;

for (const [name, mode, fields, code, words] of failures) {
  Deno.test(`fs/chmod of ${name} to ${mode} with ${JSON.stringify(fields)} fails with ${code}`, async () => {
    await using scene = await fileScene();
    await scene.put({
      file: "",
      link: "->file",
      dangling: "->nowhere",
      "dir/inner": "",
      dirlink: "->dir",
    });
    await Deno.chmod(scene.at("file"), 0o601);
    await assertRefused(() => set(scene, name, mode, fields), code, words);
    assertEquals(scene.mode("file"), 0o601);
  });
}
