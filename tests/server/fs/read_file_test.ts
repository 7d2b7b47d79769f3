/** `fs/readFile` on real files of every kind. @module */

import { assertEquals, assertRejects } from "@std/assert";
import { readFile } from "../../../server/fs/read_file.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";
import { hookedFiles } from "../../support/hooked_files.ts";
import { disabledSandbox } from "../../support/sandbox_intents.ts";

const files = {
  file: "content",
  "dir/inner": "inside",
  link: "->file",
  dirlink: "->dir",
  dangling: "->nowhere",
  loop: "->loop",
  fifo: "|",
};

type Fields = { readonly followSymlinks?: boolean };

async function readText(scene: FileScene, name: string, fields: Fields = {}): Promise<string> {
  const { dataBase64 } = await readFile({ path: scene.uri(name), ...fields }, scene.call);
  return new TextDecoder().decode(dataBase64);
}

Deno.test("fs/readFile returns whole files, through links too", async () => {
  await using scene = await fileScene();
  await scene.put({ ...files, empty: "" });
  assertEquals(await readText(scene, "file"), "content");
  assertEquals(await readText(scene, "link"), "content");
  assertEquals(await readText(scene, "dirlink/inner"), "inside");
  assertEquals(await readText(scene, "empty"), "");
  assertEquals(await readText(scene, "file", { followSymlinks: false }), "content");
});

const failures: readonly (readonly [name: string, fields: Fields, code: number, words: string])[] =
  [
    ["missing", {}, -32004, "(os error 2)"],
    ["dangling", {}, -32004, "(os error 2)"],
    ["dir", {}, -32600, "is not a file"],
    ["dirlink", {}, -32600, "is not a file"],
    ["fifo", {}, -32600, "is not a file"],
    ["loop", {}, -32603, "(os error 40)"],
    ["file/x", {}, -32603, "(os error 20)"],
    ["link", { followSymlinks: false }, -32603, "(os error 40)"],
    ["dangling", { followSymlinks: false }, -32603, "(os error 40)"],
    ["dirlink/inner", { followSymlinks: false }, -32603, "(os error 20)"],
    ["dir", { followSymlinks: false }, -32600, "path is not a regular file"],
    ["fifo", { followSymlinks: false }, -32600, "path is not a regular file"],
  ];

for (const [name, fields, code, words] of failures) {
  Deno.test(`fs/readFile of ${name} with ${JSON.stringify(fields)} fails with ${code}`, async () => {
    await using scene = await fileScene();
    await scene.put(files);
    await assertRefused(() => readText(scene, name, fields), code, words);
    // Whatever the reason, the path is named.
    await assertRefused(() => readText(scene, name, fields), code, scene.at(name));
  });
}

Deno.test("fs/readFile refuses devices without opening them", async () => {
  await using scene = await fileScene();
  for (const path of ["file:///dev/null", "file:///dev/zero", "file:///dev/tty"]) {
    await assertRefused(() => readFile({ path }, scene.call), -32600, "is not a file");
  }
});

Deno.test("fs/readFile refuses paths of other systems, and sandboxes", async () => {
  await using scene = await fileScene();
  await assertRefused(() => readFile({ path: "file:///C:/x" }, scene.call), -32600);
  await assertRefused(() => readFile({ path: "file:///a%00" }, scene.call), -32602);
  await assertRefused(
    () => readFile({ path: "file:///", sandbox: disabledSandbox }, scene.call),
    -32600,
  );
});

for (const size of [65_535, 65_536, 1 << 20, (1 << 20) + 1, 5_000_003]) {
  Deno.test(`fs/readFile returns all of ${size} bytes`, async () => {
    await using scene = await fileScene();
    const bytes = Uint8Array.from({ length: size }, (_, at) => at * 31 >> 3);
    await Deno.writeFile(scene.at("large"), bytes);
    const { dataBase64 } = await readFile({ path: scene.uri("large") }, scene.call);
    assertEquals(dataBase64.byteLength, size);
    assertEquals(dataBase64.every((byte, at) => byte === bytes[at]), true);
  });
}

Deno.test("fs/readFile refuses a file above the limit", async () => {
  await using scene = await fileScene();
  await scene.put({ huge: "" });
  await Deno.truncate(scene.at("huge"), 10_000_000_000);
  const words = "file is too large to read: limit is ";
  await assertRefused(() => readText(scene, "huge"), -32600, words);
});

Deno.test({
  name: "fs/readFile reads a file of unknown size to its end",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using scene = await fileScene();
    const path = "file:///proc/self/maps";
    const { dataBase64 } = await readFile({ path }, scene.call);
    const text = new TextDecoder().decode(dataBase64);
    assertEquals([text.includes("[stack]"), text.endsWith("\n")], [true, true]);
  },
});

for (const [what, size] of [["grows", 300_000], ["shrinks", 100], ["is emptied", 0]] as const) {
  Deno.test(`fs/readFile of a file that ${what} returns what is there`, async () => {
    await using scene = await fileScene();
    await Deno.writeFile(scene.at("file"), new Uint8Array(100_000).fill(97));
    // Its size is known by the time the room for the answer is asked for.
    const roomToAnswer = () => Deno.writeFile(scene.at("file"), new Uint8Array(size).fill(98));
    const path = scene.uri("file");
    const { dataBase64 } = await readFile({ path }, { ...scene.call, roomToAnswer });
    assertEquals(dataBase64.byteLength, size);
    assertEquals(dataBase64.every((byte) => byte === 98), true);
  });
}

Deno.test("fs/readFile does not read what was put in a file's place", async () => {
  await using scene = await fileScene();
  await scene.put({ file: "content", fifo: "|" });
  const machine = {
    ...scene.call.machine,
    files: hookedFiles(scene.call.machine.files, async (method) => {
      if (method === "open") await Deno.rename(scene.at("fifo"), scene.at("file"));
    }),
  };
  const read = () => readFile({ path: scene.uri("file") }, { ...scene.call, machine });
  await assertRefused(read, -32600, "is not a file");
});

Deno.test("fs/readFile stops when the connection has ended", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  scene.gone.abort();
  await assertRejects(() => readText(scene, "file"), Error, "The connection has ended");
});
