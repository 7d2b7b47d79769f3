/** `cp` between this machine and a server. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Scratch } from "../support/scratch.ts";
import { sharedServer } from "../support/shared_server.ts";
import { ignore, runProgram, startProgram } from "./program.ts";

const server = sharedServer();
const MIB = 1024 * 1024;

async function randomFile(path: string, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  await Deno.writeFile(path, bytes);
  return bytes;
}

/** Every entry below a directory: its mode, and what it holds or says. */
async function contents(directory: string, below = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const entry of Deno.readDir(join(directory, below))) {
    const name = join(below, entry.name);
    const path = join(directory, name);
    const mode = ((await Deno.lstat(path)).mode ?? 0) & 0o7777;
    if (entry.isSymlink) found[name] = `-> ${await Deno.readLink(path)}`;
    else if (entry.isFile) found[name] = `${mode.toString(8)} ${await Deno.readTextFile(path)}`;
    else Object.assign(found, { [name]: mode.toString(8) }, await contents(directory, name));
  }
  return found;
}

async function makeTree(root: string): Promise<void> {
  await Deno.mkdir(join(root, "empty"), { recursive: true });
  await Deno.mkdir(join(root, "deep/er"), { recursive: true });
  await Deno.writeTextFile(join(root, "plain"), "text");
  await Deno.writeTextFile(join(root, "deep/script"), "#!/bin/sh\n", { mode: 0o755 });
  await Deno.writeTextFile(join(root, "deep/er/ä b\n%41"), "odd name");
  await Deno.writeTextFile(join(root, ".hidden"), "");
  await Deno.symlink("../plain", join(root, "deep/link"));
  await Deno.symlink("nowhere", join(root, "dangling"));
  await Deno.chmod(join(root, "deep/er"), 0o555);
}

Deno.test({
  name: "A file goes there and comes back, whatever its size, with its permissions",
  ignore,
  async fn() {
    await using scratch = await Scratch.create();
    const at = (name: string) => join(scratch.path, name);
    for (const size of [0, 1, MIB, MIB + 1, 5 * MIB + 3]) {
      const bytes = await randomFile(at("here"), size);
      await Deno.chmod(at("here"), 0o640);
      const { url } = server();
      const there = await runProgram(["cp", at("here"), `${url}:${at("there")}`]);
      assertEquals(there, { code: 0, stdout: "", stderr: "" });
      assertEquals(await Deno.readFile(at("there")), bytes);
      assertEquals(((await Deno.stat(at("there"))).mode ?? 0) & 0o777, 0o640);
      const back = await runProgram(["cp", "--url", url, `:${at("there")}`, at("back")]);
      assertEquals(back, { code: 0, stdout: "", stderr: "" });
      assertEquals(await Deno.readFile(at("back")), bytes);
    }
    const names = [...Deno.readDirSync(scratch.path)].map(({ name }) => name);
    assertEquals(names.sort(), ["back", "here", "there"]);
  },
});

Deno.test({
  name: "A tree goes there and comes back the same",
  ignore,
  async fn() {
    await using scratch = await Scratch.create();
    const at = (name: string) => join(scratch.path, name);
    await makeTree(at("tree"));
    const there = await runProgram(["cp", "-r", at("tree"), `:${at("there")}`]);
    assertEquals(there, { code: 0, stdout: "", stderr: "" });
    assertEquals(await contents(at("there")), await contents(at("tree")));
    // A directory that exists takes the tree in.
    await Deno.mkdir(at("into"));
    const back = await runProgram(["cp", "-r", `:${at("there")}`, at("into")]);
    assertEquals(back, { code: 0, stdout: "", stderr: "" });
    assertEquals(await contents(at("into/there")), await contents(at("tree")));
    await Deno.chmod(at("tree/deep/er"), 0o755);
    await Deno.chmod(at("there/deep/er"), 0o755);
    await Deno.chmod(at("into/there/deep/er"), 0o755);
  },
});

Deno.test({
  name: "What cannot be copied is said, the rest is copied, and the status is 1",
  ignore,
  async fn() {
    await using scratch = await Scratch.create();
    const at = (name: string) => join(scratch.path, name);
    await Deno.mkdir(at("target"));
    await Deno.mkdir(at("directory"));
    await Deno.writeTextFile(at("file"), "x");
    const sources = [at("missing"), at("directory"), at("file")];
    const { code, stderr } = await runProgram(["cp", ...sources, `:${at("target")}`]);
    assertEquals(code, 1);
    assertEquals(stderr.split("\n"), [
      `exec-server: ${at("missing")} does not exist`,
      `exec-server: ${at("directory")} is a directory: wanted a file, or cp -r`,
      "",
    ]);
    assertEquals(await contents(at("target")), { file: "644 x" });
    const several = await runProgram(["cp", at("file"), at("file"), `:${at("new")}`]);
    assertEquals([several.code, several.stderr.includes("is no directory")], [1, true]);
  },
});

Deno.test({
  name: "A copy that is interrupted leaves the target as it was, and no other trace",
  ignore,
  async fn() {
    await using scratch = await Scratch.create();
    const at = (name: string) => join(scratch.path, name);
    await Deno.writeTextFile(at("there"), "old");
    // A source without end: a file that grows as long as it is copied would do as well.
    using file = await Deno.create(at("here"));
    await file.truncate(64 * 1024 * MIB);
    const begun = appearance(scratch.path, "exec-server-part");
    const child = await startProgram(["cp", at("here"), `:${at("there")}`]);
    await begun;
    child.kill("SIGINT");
    const { code } = await child.output();
    assertEquals(code, 130);
    assertEquals(await Deno.readTextFile(at("there")), "old");
    const names = [...Deno.readDirSync(scratch.path)].map(({ name }) => name);
    assertEquals(names.sort(), ["here", "there"]);
  },
});

Deno.test({
  name: "--resume goes on where the last attempt broke off, and only then",
  ignore,
  async fn() {
    await using scratch = await Scratch.create();
    const at = (name: string) => join(scratch.path, name);
    const bytes = await randomFile(at("here"), 3 * MIB);
    const part = at(".there.exec-server-part");
    for (
      const kept of [bytes.slice(0, MIB + 5), new Uint8Array(MIB), bytes, new Uint8Array(4 * MIB)]
    ) {
      await Deno.writeFile(part, kept);
      const { code, stderr } = await runProgram(["cp", "--resume", at("here"), `:${at("there")}`]);
      assertEquals([code, stderr], [0, ""]);
      assertEquals(await Deno.readFile(at("there")), bytes);
      await Deno.remove(at("there"));
    }
  },
});

Deno.test({
  name: "A link where --resume would look for an earlier attempt is not followed",
  ignore,
  async fn() {
    await using scratch = await Scratch.create();
    const at = (name: string) => join(scratch.path, name);
    await Deno.writeTextFile(at("here"), "new");
    await Deno.writeTextFile(at("victim"), "old");
    await Deno.symlink(at("victim"), at(".there.exec-server-part"));
    const { code, stderr } = await runProgram(["cp", "--resume", at("here"), `:${at("there")}`]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(await Deno.readTextFile(at("victim")), "old");
    assertEquals(await Deno.readTextFile(at("there")), "new");
    assertEquals((await Deno.lstat(at("there"))).isSymlink, false);
  },
});

Deno.test({
  name: "A server that is named in a word takes the flags about it",
  ignore,
  async fn() {
    await using scratch = await Scratch.create();
    const at = (name: string) => join(scratch.path, name);
    await Deno.writeTextFile(at("here"), "x", { mode: 0o600 });
    await Deno.writeTextFile(at("token"), "unused");
    const flags = ["--recover-for", "5s", "--token-file", at("token")];
    const word = `${server().url}:${at("there")}`;
    const { code, stderr } = await runProgram(["cp", ...flags, at("here"), word]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(((await Deno.stat(at("there"))).mode ?? 0) & 0o777, 0o600);
    const child = await runProgram(["cp", "--token-file", at("token"), at("here"), ":x"]);
    assertEquals(child.code, 2);
  },
});

Deno.test({
  name: "cp says what is wrong with its command line",
  ignore,
  async fn() {
    const wrong: readonly [string[], string][] = [
      [["cp"], "Nothing to copy"],
      [["cp", "a"], "Nothing to copy"],
      [["cp", "a", "b"], "Both ends are here"],
      [["cp", "a", "me@devbox:b"], '"me@devbox:b" names no server'],
      [["cp", "--fast", "a", ":b"], 'Unknown flag "--fast"'],
    ];
    for (const [args, words] of wrong) {
      const { code, stderr } = await runProgram(args);
      assertEquals(code, 2);
      assertStringIncludes(stderr, words);
    }
  },
});

/** Settles when a name appears in a directory. */
async function appearance(directory: string, name: string): Promise<void> {
  using watcher = Deno.watchFs(directory);
  for await (const { paths } of watcher) if (paths.some((path) => path.includes(name))) return;
}
