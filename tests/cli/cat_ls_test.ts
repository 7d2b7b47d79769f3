/** `cat` and `ls` at a server. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Scratch } from "../support/scratch.ts";
import { sharedServer } from "../support/shared_server.ts";
import { ignore, runProgram } from "./program.ts";

const server = sharedServer();

Deno.test({
  name: "cat prints files one after the other, and says which it cannot",
  ignore,
  async fn() {
    await using scratch = await Scratch.create();
    const at = (name: string) => join(scratch.path, name);
    await Deno.writeTextFile(at("a"), "first\n");
    await Deno.writeTextFile(at("b"), "x".repeat(3_000_000));
    const { url } = server();
    const { code, stdout, stderr } = await runProgram([
      "cat",
      "--url",
      url,
      at("a"),
      at("no"),
      at("b"),
    ]);
    assertEquals([code, stdout.length, stdout.slice(0, 7)], [1, 3_000_006, "first\nx"]);
    assertStringIncludes(stderr, `exec-server: Cannot print "${at("no")}": No such file`);
  },
});

Deno.test({
  name: "cat and ls take relative paths from here when the server is a child of their own",
  ignore,
  async fn() {
    await using scratch = await Scratch.create();
    await Deno.writeTextFile(join(scratch.path, "a"), "content");
    const options = { cwd: scratch.path };
    assertEquals((await runProgram(["cat", "a"], options)).stdout, "content");
    assertEquals((await runProgram(["ls"], options)).stdout, "a\n");
    assertEquals((await runProgram(["ls", "a"], options)).stdout, "a\n");
  },
});

Deno.test({
  name: "ls lists by name, with -a what is hidden, with -l the facts",
  ignore,
  async fn() {
    await using scratch = await Scratch.create();
    const at = (name: string) => join(scratch.path, name);
    await Deno.mkdir(at("sub"));
    await Deno.writeTextFile(at("file"), "12345", { mode: 0o600 });
    await Deno.writeTextFile(at(".hidden"), "");
    await Deno.symlink("nowhere", at("link"));
    const { url } = server();
    const list = (...flags: string[]) => runProgram(["ls", "--url", url, ...flags, scratch.path]);
    assertEquals(await list(), { code: 0, stdout: "file\nlink\nsub\n", stderr: "" });
    assertEquals((await list("-a")).stdout, ".hidden\nfile\nlink\nsub\n");
    assertEquals((await list("-la")).stdout.split("\n").length, 5);
    const lines = (await list("-l")).stdout.split("\n");
    assertMatch(lines[0] ?? "", /^-rw------- 1 +\d+ +\d+ +5 \w+ +\d+ [\d:]+ file$/);
    assertMatch(lines[1] ?? "", /^lrwxrwxrwx 1 .* link -> nowhere$/);
    assertMatch(lines[2] ?? "", /^drwx.* sub$/);
    const missing = await runProgram(["ls", "--url", url, at("no"), at("sub")]);
    assertEquals([missing.code, missing.stdout], [1, `${at("no")}:\n\n${at("sub")}:\n`]);
    assertStringIncludes(missing.stderr, `Cannot list "${at("no")}"`);
  },
});
