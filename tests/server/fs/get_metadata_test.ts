/** `fs/getMetadata` on real files of every kind. @module */

import { assertEquals } from "@std/assert";
import { getMetadata } from "../../../server/fs/get_metadata.ts";
import { assertRefused, fileScene } from "../../support/file_call.ts";
import { disabledSandbox } from "../../support/sandbox_intents.ts";

const files = {
  file: "content",
  "dir/inner": "",
  link: "->file",
  dirlink: "->dir",
  dangling: "->nowhere",
  loop: "->loop",
  fifo: "|",
};

type Fields = { readonly followSymlinks?: boolean };

const kinds: readonly (readonly [
  name: string,
  isFile: boolean,
  isDirectory: boolean,
  isSymlink: boolean,
  size: number | undefined,
])[] = [
  ["file", true, false, false, 7],
  ["dir", false, true, false, undefined],
  ["fifo", false, false, false, 0],
  ["link", true, false, true, 7],
  ["dirlink", false, true, true, undefined],
];

for (const [name, isFile, isDirectory, isSymlink, size] of kinds) {
  Deno.test(`fs/getMetadata of ${name} describes what it leads to`, async () => {
    await using scene = await fileScene();
    await scene.put(files);
    const found = await getMetadata({ path: scene.uri(name) }, scene.call);
    assertEquals(found, {
      isDirectory,
      isFile,
      isSymlink,
      size: size ?? found.size,
      createdAtMs: found.createdAtMs,
      modifiedAtMs: found.modifiedAtMs,
    });
    for (const time of [found.createdAtMs, found.modifiedAtMs]) {
      assertEquals(Number.isInteger(time) && time >= 0, true);
    }
  });
}

Deno.test("fs/getMetadata tells clients with extensions what Unix knows, and nobody else", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await Deno.chmod(scene.at("file"), 0o4751);
  await Deno.link(scene.at("file"), scene.at("hard"));
  const call = { ...scene.call, wantsExtensions: true };
  const { mode, userId, groupId, links, linkTarget } = await getMetadata(
    { path: scene.uri("link") },
    call,
  );
  assertEquals({ mode, userId, groupId, links, linkTarget }, {
    mode: 0o4751,
    userId: Deno.uid() ?? 0,
    groupId: Deno.gid() ?? 0,
    links: 2,
    linkTarget: "file",
  });
  const plain = await getMetadata({ path: scene.uri("file") }, call);
  assertEquals([plain.mode, "linkTarget" in plain], [0o4751, false]);
});

Deno.test("fs/getMetadata tells when a file changed, in milliseconds; 0 before 1970", async () => {
  await using scene = await fileScene();
  await scene.put({ file: "", old: "" });
  await Deno.utime(scene.at("file"), 1000, 1_234_567_890.125);
  await new Deno.Command("touch", { args: ["-d", "1969-12-31T00:00:00Z", scene.at("old")] })
    .output();
  const timeOf = async (name: string) =>
    (await getMetadata({ path: scene.uri(name) }, scene.call)).modifiedAtMs;
  assertEquals([await timeOf("file"), await timeOf("old")], [1_234_567_890_125, 0]);
});

Deno.test("fs/getMetadata knows sizes above 4 GiB", async () => {
  await using scene = await fileScene();
  await scene.put({ sparse: "" });
  await Deno.truncate(scene.at("sparse"), 10_000_000_001);
  const { size } = await getMetadata({ path: scene.uri("sparse") }, scene.call);
  assertEquals(size, 10_000_000_001);
});

const NO_LINKS = { followSymlinks: false };
const IS_LINK = "path contains a symbolic link";
const failures: readonly (readonly [name: string, fields: Fields, code: number, words: string])[] =
  [
    ["missing", {}, -32004, "(os error 2)"],
    ["dangling", {}, -32004, "(os error 2)"],
    ["loop", {}, -32603, "(os error 40)"],
    ["file/x", {}, -32603, "(os error 20)"],
    ["missing", NO_LINKS, -32004, "(os error 2)"],
    ["link", NO_LINKS, -32600, IS_LINK],
    ["dangling", NO_LINKS, -32600, IS_LINK],
    ["loop", NO_LINKS, -32600, IS_LINK],
    ["dirlink/inner", NO_LINKS, -32603, "(os error 20)"],
    ["loop/x", NO_LINKS, -32603, "(os error 20)"],
  ];

for (const [name, fields, code, words] of failures) {
  Deno.test(`fs/getMetadata of ${name} with ${JSON.stringify(fields)} fails with ${code}`, async () => {
    await using scene = await fileScene();
    await scene.put(files);
    await assertRefused(
      () => getMetadata({ path: scene.uri(name), ...fields }, scene.call),
      code,
      words,
    );
  });
}

Deno.test("fs/getMetadata refuses paths of other systems, and sandboxes", async () => {
  await using scene = await fileScene();
  await assertRefused(() => getMetadata({ path: "file:///C:/x" }, scene.call), -32600);
  await assertRefused(() => getMetadata({ path: "file:///a%00" }, scene.call), -32602);
  await assertRefused(
    () => getMetadata({ path: "file:///", sandbox: disabledSandbox }, scene.call),
    -32600,
  );
});
