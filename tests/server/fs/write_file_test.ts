/** `fs/writeFile` in place, on real files of every kind. @module */

import { assertEquals } from "@std/assert";
import { writeFile } from "../../../server/fs/write_file.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";
import { disabledSandbox } from "../../support/sandbox_intents.ts";

const files = {
  file: "a long content",
  "dir/inner": "inside",
  link: "->file",
  dirlink: "->dir",
  dangling: "->target",
  loop: "->loop",
  fifo: "|",
};

type Fields = { readonly followSymlinks?: boolean; readonly atomic?: boolean };

async function write(scene: FileScene, name: string, fields: Fields = {}): Promise<void> {
  const dataBase64 = new TextEncoder().encode("new");
  assertEquals(await writeFile({ path: scene.uri(name), dataBase64, ...fields }, scene.call), {});
}

Deno.test("fs/writeFile writes in place: mode, other names and links stay", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await Deno.chmod(scene.at("file"), 0o751);
  await Deno.link(scene.at("file"), scene.at("hard"));
  // Without extensions, `atomic` is a member that means nothing.
  await write(scene, "link", { atomic: true });
  assertEquals([scene.text("file"), scene.text("hard"), scene.mode("file")], ["new", "new", 0o751]);
  assertEquals(await Deno.readLink(scene.at("link")), "file");
});

Deno.test("fs/writeFile makes what is missing, through a dangling link too", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await write(scene, "made");
  await write(scene, "dangling");
  await write(scene, "dirlink/made");
  assertEquals([scene.text("made"), scene.text("target"), scene.text("dir/made")], [
    "new",
    "new",
    "new",
  ]);
  assertEquals(scene.mode("made"), 0o666 & ~Deno.umask());
  await write(scene, "dir/plain", { followSymlinks: false });
  assertEquals(scene.text("dir/plain"), "new");
});

const NO_LINKS = { followSymlinks: false };
const failures: readonly (readonly [name: string, fields: Fields, code: number, words: string])[] =
  [
    ["dir", {}, -32603, "(os error 21)"],
    ["dirlink", {}, -32603, "(os error 21)"],
    ["missing/new", {}, -32004, "(os error 2)"],
    ["file/new", {}, -32603, "(os error 20)"],
    ["loop", {}, -32603, "(os error 40)"],
    ["fifo", {}, -32603, "(os error 6)"],
    ["fifo", NO_LINKS, -32603, "(os error 6)"],
    ["link", NO_LINKS, -32603, "(os error 40)"],
    ["dangling", NO_LINKS, -32603, "(os error 40)"],
    ["dirlink/new", NO_LINKS, -32603, "(os error 20)"],
    ["x".repeat(256), {}, -32603, "(os error 36)"],
  ];

for (const [name, fields, code, words] of failures) {
  const label = `${name.slice(0, 20)} with ${JSON.stringify(fields)}`;
  Deno.test(`fs/writeFile to ${label} fails with ${code}`, async () => {
    await using scene = await fileScene();
    await scene.put(files);
    const before = scene.list();
    await assertRefused(() => write(scene, name, fields), code, words);
    assertEquals([scene.text("file"), scene.list()], ["a long content", before]);
  });
}

Deno.test("fs/writeFile gives a device what is written, but not without following", async () => {
  await using scene = await fileScene();
  const dataBase64 = new Uint8Array(1);
  const params = { path: "file:///dev/null", dataBase64 };
  assertEquals(await writeFile(params, scene.call), {});
  const refused = () => writeFile({ ...params, ...NO_LINKS }, scene.call);
  await assertRefused(refused, -32600, "path is not a regular file");
});

const names = [
  "new\nline",
  "'quoted' \"twice\"",
  "b\\ack",
  "-rf",
  "*",
  " blank ",
  "日本語 😀",
  "\u0301",
  "~",
  "$HOME",
  "\x01\x7f",
  "a".repeat(255),
  "é".repeat(127),
  "%2F%00#?",
  "CON",
];

Deno.test("fs/writeFile takes every name that the file system takes", async () => {
  await using scene = await fileScene();
  for (const name of names) await write(scene, name);
  assertEquals(scene.list(), [...names].sort());
});

Deno.test("fs/writeFile refuses sandboxes before anything is touched", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  const params = {
    path: scene.uri("file"),
    dataBase64: new Uint8Array(),
    sandbox: disabledSandbox,
  };
  await assertRefused(() => writeFile(params, scene.call), -32600, "sandbox");
  assertEquals(scene.text("file"), "a long content");
});
