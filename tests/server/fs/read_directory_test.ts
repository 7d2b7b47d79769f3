/** `fs/readDirectory` of real directories. @module */

import { assertEquals } from "@std/assert";
import { childUri } from "../../../protocol/path_uri.ts";
import { readDirectory } from "../../../server/fs/read_directory.ts";
import { assertRefused, type FileScene, fileScene } from "../../support/file_call.ts";
import { hookedFiles } from "../../support/hooked_files.ts";

const files = {
  file: "content",
  "dir/inner": "",
  link: "->file",
  dirlink: "->dir",
  dangling: "->nowhere",
  loop: "->loop",
  fifo: "|",
};

async function entriesOf(scene: FileScene, name = ".", call = scene.call, metadata = false) {
  const { entries } = await readDirectory({ path: scene.uri(name), metadata }, call);
  return entries.toSorted((a, b) => a.fileName < b.fileName ? -1 : 1);
}

Deno.test("fs/readDirectory tells what entries lead to, and leaves out what leads nowhere", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  assertEquals(await entriesOf(scene, ".", scene.call, true), [
    { fileName: "dir", isDirectory: true, isFile: false },
    { fileName: "dirlink", isDirectory: true, isFile: false },
    { fileName: "fifo", isDirectory: false, isFile: false },
    { fileName: "file", isDirectory: false, isFile: true },
    { fileName: "link", isDirectory: false, isFile: true },
  ]);
  assertEquals(await entriesOf(scene, "dirlink"), [
    { fileName: "inner", isDirectory: false, isFile: true },
  ]);
});

Deno.test("fs/readDirectory with metadata describes every entry itself", async () => {
  await using scene = await fileScene();
  await scene.put(files);
  await Deno.chmod(scene.at("file"), 0o640);
  const call = { ...scene.call, wantsExtensions: true };
  const entries = await entriesOf(scene, ".", call, true);
  const facts = entries.map(({ fileName, isDirectory, isFile, path, metadata }) => [
    fileName,
    isDirectory,
    isFile,
    path === scene.uri(fileName),
    metadata?.isSymlink,
    metadata?.linkTarget,
  ]);
  assertEquals(facts, [
    ["dangling", false, false, true, true, "nowhere"],
    ["dir", true, false, true, false, undefined],
    ["dirlink", true, false, true, true, "dir"],
    ["fifo", false, false, true, false, undefined],
    ["file", false, true, true, false, undefined],
    ["link", false, true, true, true, "file"],
    ["loop", false, false, true, true, "loop"],
  ]);
  const file = entries.find(({ fileName }) => fileName === "file");
  assertEquals([file?.metadata?.mode, file?.metadata?.size, file?.metadata?.isFile], [
    0o640,
    7,
    true,
  ]);
});

Deno.test("fs/readDirectory with metadata lists what goes away meanwhile without it", async () => {
  await using scene = await fileScene();
  await scene.put({ file: "" });
  const machine = {
    ...scene.call.machine,
    files: hookedFiles(scene.call.machine.files, async (method) => {
      if (method === "status") await Deno.remove(scene.at("file"));
    }),
  };
  const call = { ...scene.call, machine, wantsExtensions: true };
  assertEquals(await entriesOf(scene, ".", call, true), [
    { fileName: "file", isDirectory: false, isFile: true, path: scene.uri("file") },
  ]);
});

const failures = [["missing", -32004], ["dangling", -32004], ["file", -32603], ["fifo", -32603], [
  "loop",
  -32603,
]] as const;

for (const [name, code] of failures) {
  Deno.test(`fs/readDirectory of ${name} fails with ${code}`, async () => {
    await using scene = await fileScene();
    await scene.put(files);
    await assertRefused(() => entriesOf(scene, name), code, scene.at(name));
  });
}

Deno.test({
  name: "fs/readDirectory tells names that are not UTF-8 for people, and exactly in the path",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using scene = await fileScene();
    const script = `printf x > "$(printf 'bad\\377')"; ln -s "$(printf 'b\\376')" link`;
    await new Deno.Command("sh", { args: ["-c", script], cwd: scene.path }).output();
    const call = { ...scene.call, wantsExtensions: true };
    const [bad, link] = await entriesOf(scene, ".", call, true);
    assertEquals([bad?.fileName, bad?.path, bad?.isFile, bad?.metadata?.size], [
      "bad\ufffd",
      childUri(scene.uri("."), "bad\udcff"),
      true,
      1,
    ]);
    assertEquals(bad?.path?.endsWith("/bad%FF"), true);
    assertEquals(link?.metadata?.linkTarget, "b\ufffd");
  },
});

Deno.test("fs/readDirectory of 100 000 entries lets others have their turn", async () => {
  await using scene = await fileScene();
  const count = 100_000;
  const script = `seq -f 'file-%06.0f' ${count} | xargs touch`;
  await new Deno.Command("sh", { args: ["-c", script], cwd: scene.path }).output();
  let turns = 0;
  const clock = {
    now: () => performance.now(),
    after(_delayMs: number, action: () => void) {
      turns++;
      queueMicrotask(action);
      return { cancel: () => {} };
    },
  };
  const call = { ...scene.call, clock, wantsExtensions: true };
  for (const metadata of [false, true]) {
    const { entries } = await readDirectory({ path: scene.uri("."), metadata }, call);
    assertEquals(new Set(entries.map(({ fileName }) => fileName)).size, count);
    assertEquals(entries.every(({ isFile }) => isFile), true);
    assertEquals(entries.every((entry) => "metadata" in entry === metadata), true);
  }
  assertEquals(turns > 3, true);
});
