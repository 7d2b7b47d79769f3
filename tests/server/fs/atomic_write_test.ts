/** `fs/writeFile` with `atomic`: old content or new, and never a file too many. @module */

import { assert, assertEquals } from "@std/assert";
import type { FileSystem } from "../../../server/fs/file_system.ts";
import { FileFault } from "../../../server/fs/file_fault.ts";
import { writeFile } from "../../../server/fs/write_file.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";
import { hookedFiles } from "../../support/hooked_files.ts";

type Fields = { readonly followSymlinks?: boolean };

async function write(scene: FileScene, name: string, fields: Fields = {}): Promise<void> {
  const path = scene.uri(name);
  const dataBase64 = new TextEncoder().encode("new");
  const call = { ...scene.call, wantsExtensions: true };
  assertEquals(await writeFile({ path, dataBase64, atomic: true, ...fields }, call), {});
}

function scene(change?: (files: FileSystem) => FileSystem): Promise<FileScene> {
  return fileScene().then((plain) => {
    if (change === undefined) return plain;
    const { machine } = plain.call;
    Object.assign(plain.call, { machine: { ...machine, files: change(machine.files) } });
    return plain;
  });
}

Deno.test("an atomic write replaces the file, with its mode; other names keep the old content", async () => {
  await using files = await scene();
  await files.put({ file: "old", link: "->file" });
  await Deno.chmod(files.at("file"), 0o4751);
  await Deno.link(files.at("file"), files.at("hard"));
  await write(files, "link");
  assertEquals([files.text("file"), files.text("hard"), files.mode("file")], [
    "new",
    "old",
    0o4751,
  ]);
  assertEquals(files.list(), ["file", "hard", "link@"]);
});

Deno.test({
  name: "an atomic write keeps the owner",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    await using files = await scene();
    await files.put({ file: "old" });
    await Deno.chown(files.at("file"), 4711, 4712);
    await write(files, "file");
    const { uid, gid } = await Deno.stat(files.at("file"));
    assertEquals([uid, gid, files.text("file")], [4711, 4712, "new"]);
  },
});

Deno.test("an atomic write makes what is missing, where links lead to", async () => {
  await using files = await scene();
  await files.put({ "a/b/": "", up: "->a/b/../made", chain: "->a/next", "a/next": "->b/last" });
  for (const name of ["plain", "up", "chain"]) await write(files, name);
  assertEquals([files.text("plain"), files.text("a/made"), files.text("a/b/last")], [
    "new",
    "new",
    "new",
  ]);
  assertEquals(files.mode("plain"), 0o666 & ~Deno.umask());
  assertEquals(files.list(), ["a/", "chain@", "plain", "up@"]);
});

Deno.test("an atomic write takes names as long as the file system does", async () => {
  await using files = await scene();
  const names = ["a".repeat(255), "é".repeat(127), "😀".repeat(63)];
  for (const name of names) {
    await write(files, name);
    await write(files, name);
  }
  assertEquals(files.list(), [...names].sort());
});

const NO_LINKS = { followSymlinks: false };
const failures: readonly (readonly [name: string, fields: Fields, code: number, words: string])[] =
  [
    ["dir", {}, -32603, "(os error 21)"],
    ["dots", {}, -32603, "(os error 21)"],
    ["fifo", {}, -32600, "not a regular file"],
    ["loop", {}, -32603, "(os error 40)"],
    ["missing/x", {}, -32004, "(os error 2)"],
    ["nowhere", {}, -32004, "(os error 2)"],
    ["file/x", {}, -32603, "(os error 20)"],
    ["link", NO_LINKS, -32603, "(os error 40)"],
    ["dirlink/x", NO_LINKS, -32603, "(os error 20)"],
  ];

for (const [name, fields, code, words] of failures) {
  Deno.test(`an atomic write to ${name} with ${JSON.stringify(fields)} fails with ${code}`, async () => {
    await using files = await scene();
    await files.put({
      file: "old",
      "dir/": "",
      fifo: "|",
      loop: "->loop",
      link: "->file",
      dirlink: "->dir",
      dots: "->dir/..",
      nowhere: "->missing/x",
    });
    const before = files.list();
    await assertRefused(() => write(files, name, fields), code, words);
    assertEquals([files.text("file"), files.list(), files.list("dir")], ["old", before, []]);
  });
}

Deno.test("an atomic write whose rename fails leaves no file behind", async () => {
  await using files = await scene((plain) =>
    hookedFiles(plain, (name) => {
      if (name === "rename") throw FileFault.of("EIO");
    })
  );
  await files.put({ file: "old" });
  await assertRefused(() => write(files, "file"), -32603, "(os error 5)");
  assertEquals([files.text("file"), files.list()], ["old", ["file"]]);
});

Deno.test("an atomic write ends with its connection, and leaves the old file alone", async () => {
  await using files = await scene((plain) =>
    hookedFiles(plain, (name) => {
      if (name === "open") files.gone.abort();
    })
  );
  await files.put({ file: "old" });
  await assertRefused(() => write(files, "file"), -32603, "The connection has ended");
  assertEquals([files.text("file"), files.list()], ["old", ["file"]]);
});

Deno.test("a reader during atomic writes sees one content or another, whole", async () => {
  await using files = await scene();
  const contents = ["a", "b"].map((letter) => new TextEncoder().encode(letter.repeat(200_000)));
  await Deno.writeFile(files.at("file"), contents[0] ?? new Uint8Array());
  const call = { ...files.call, wantsExtensions: true };
  let isDone = false;
  const reading = (async () => {
    for (let count = 0; !isDone; count++) {
      const text = await Deno.readTextFile(files.at("file"));
      assert(/^(a{200000}|b{200000})$/.test(text), `${text.length} characters`);
    }
  })();
  for (let round = 0; round < 20; round++) {
    const dataBase64 = contents[round % 2] ?? new Uint8Array();
    await writeFile({ path: files.uri("file"), dataBase64, atomic: true }, call);
  }
  isDone = true;
  await reading;
  assertEquals(files.list(), ["file"]);
});
