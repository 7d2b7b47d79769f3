/** `fs/copy` of files and links. @module */

import { assertEquals } from "@std/assert";
import { copy } from "../../../server/fs/copy.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";
import { hookedFiles } from "../../support/hooked_files.ts";

const files = {
  file: "content",
  other: "another, longer content",
  "dir/inner": "inside",
  link: "->file",
  dirlink: "->dir",
  dangling: "->nowhere",
  loop: "->loop",
  fifo: "|",
};

async function copied(scene: FileScene, from: string, to: string, call = scene.call) {
  const params = {
    sourcePath: scene.uri(from),
    destinationPath: scene.uri(to),
    recursive: false,
  };
  assertEquals(await copy(params, call), {});
}

Deno.test("fs/copy copies content and permissions, over what is there", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await Deno.chmod(scene.at("file"), 0o4651);
  await copied(scene, "file", "new");
  await copied(scene, "file", "other");
  assertEquals([scene.text("new"), scene.text("other")], ["content", "content"]);
  assertEquals([scene.mode("new"), scene.mode("other")], [0o4651, 0o4651]);
});

Deno.test("fs/copy copies through a link at the destination", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await copied(scene, "other", "link");
  await copied(scene, "other", "dangling");
  const content = "another, longer content";
  assertEquals([scene.text("file"), scene.text("nowhere")], [content, content]);
  assertEquals(await Deno.readLink(scene.at("dangling")), "nowhere");
});

Deno.test("fs/copy copies links as links, wherever they lead", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  for (const name of ["link", "dirlink", "dangling", "loop"]) {
    await copied(scene, name, `new ${name}`);
    assertEquals(await Deno.readLink(scene.at(`new ${name}`)), await Deno.readLink(scene.at(name)));
    await assertRefused(() => copied(scene, name, "file"), -32603, "(os error 17)");
    await assertRefused(() => copied(scene, name, "dangling"), -32603, "(os error 17)");
  }
});

Deno.test("fs/copy of a file onto itself keeps it, by whatever name", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await Deno.link(scene.at("file"), scene.at("hard"));
  await Deno.symlink(scene.path, scene.at("here"));
  for (const name of ["file", "link", "hard", "here/file", "here/link"]) {
    await copied(scene, "file", name);
    assertEquals(scene.text("file"), "content", name);
  }
  await copied(scene, "hard", "file");
  assertEquals([scene.text("hard"), scene.list("here").length], ["content", scene.list().length]);
});

const failures = [
  ["missing", "new", -32004, "missing", ""],
  ["file", "missing/new", -32004, "missing/new", ""],
  ["file", "dir", -32603, "dir", "(os error 21)"],
  ["file", "dirlink", -32603, "dirlink", "(os error 21)"],
  ["file", "loop", -32603, "loop", "(os error 40)"],
  ["file", "other/new", -32603, "other/new", "(os error 20)"],
  ["file", "fifo", -32603, "fifo", "(os error 6)"],
  ["fifo", "new", -32600, "fifo", "only supports regular files, directories, and symlinks"],
  ["dir", "new", -32600, "", "fs/copy requires recursive: true when sourcePath is a directory"],
] as const;

for (const [from, to, code, atFault, words] of failures) {
  Deno.test(`fs/copy of ${from} to ${to} fails with ${code}, and names ${atFault}`, async () => {
    await using scene = await fileScene();
    await scene.put(files);
    const before = scene.list();
    await assertRefused(() => copied(scene, from, to), code, words);
    const path = atFault === "" ? "" : `"${scene.at(atFault)}"`;
    await assertRefused(() => copied(scene, from, to), code, path);
    assertEquals([scene.list(), scene.text("file")], [before, "content"]);
  });
}

Deno.test("fs/copy gives a device the content and leaves its permissions alone", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await Deno.chmod(scene.at("file"), 0o600);
  const before = (await Deno.stat("/dev/null")).mode;
  const params = { sourcePath: scene.uri("file"), destinationPath: "file:///dev/null" };
  assertEquals(await copy({ ...params, recursive: false }, scene.call), {});
  assertEquals((await Deno.stat("/dev/null")).mode, before);
});

Deno.test("fs/copy copies files of many steps whole", async () => {
  await using scene = await fileScene();
  const bytes = Uint8Array.from({ length: 40_000_001 }, (_, at) => at * 7919 >> 9);
  await Deno.writeFile(scene.at("large"), bytes);
  await copied(scene, "large", "new");
  const copy = await Deno.readFile(scene.at("new"));
  assertEquals(copy.byteLength, bytes.byteLength);
  assertEquals(copy.every((byte, at) => byte === bytes[at]), true);
});

Deno.test("fs/copy of a huge file ends with its connection", async () => {
  await using scene = await fileScene();
  await scene.put({ huge: "" });
  await Deno.truncate(scene.at("huge"), 10_000_000_000);
  const copying = copied(scene, "huge", "new");
  for await (const event of Deno.watchFs(scene.path)) {
    if (event.kind === "modify") break;
  }
  scene.gone.abort();
  await assertRefused(() => copying, -32603, "The connection has ended");
});

Deno.test("fs/copy does not wait for what was put in a file's place", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  const machine = {
    ...scene.call.machine,
    files: hookedFiles(scene.call.machine.files, async (method) => {
      if (method === "open") await Deno.rename(scene.at("fifo"), scene.at("file")).catch(() => {});
    }),
  };
  const attempt = () => copied(scene, "file", "new", { ...scene.call, machine });
  await assertRefused(attempt, -32600, "it is no file any more");
});
