/** `env`, and what other subcommands do `--on` an environment. @module */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Scratch } from "../support/scratch.ts";
import { sharedServer } from "../support/shared_server.ts";
import { serverProgram } from "../support/target.ts";
import { ignore, type RunOutcome, runProgram } from "./program.ts";

const server = sharedServer();

/** A user with an empty home. */
class User implements AsyncDisposable {
  readonly #scratch: Scratch;

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
  }

  static async create(): Promise<User> {
    return new User(await Scratch.create());
  }

  /** The user's file of environments. */
  get file(): string {
    return this.at(".config/exec-server/environments.toml");
  }

  at(name: string): string {
    return join(this.#scratch.path, name);
  }

  async write(name: string, text: string, mode = 0o644): Promise<void> {
    await Deno.mkdir(join(this.at(name), ".."), { recursive: true });
    await Deno.writeTextFile(this.at(name), text, { mode });
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunOutcome> {
    const home = this.#scratch.path;
    return runProgram(args, { cwd: home, env: { HOME: home, ...env } });
  }

  /** Runs what must succeed without a complaint; returns what it prints. */
  async succeed(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    assertEquals([code, stderr], [0, ""]);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scratch[Symbol.asyncDispose]();
  }
}

Deno.test({
  name: "A user without files has this machine, by default",
  ignore,
  async fn() {
    await using user = await User.create();
    assertEquals(
      await user.succeed("env", "list"),
      "ID     DEFAULT  STATUS   HOW\n" +
        "local  *        unknown  a server of its own on this machine\n",
    );
    assertMatch(await user.succeed("env", "test"), LINE);
    assertEquals(await user.succeed("exec", "--on", "local", "--", "echo", "here"), "here\n");
  },
});

const LINE = /^\w+: exec-server [\d.]+\S* \(wire 0\.169\.0\) on \w+, round trip [\d.]+ ms\n$/;

Deno.test({
  name: "A server that is added is tried, listed and worked on by its name",
  ignore,
  async fn() {
    await using user = await User.create();
    await user.write("token", "s3cret\n");
    const { url, root } = server();
    const added = await user.succeed(
      ...["env", "add", "box", "--url", url, "--token-file", user.at("token"), "--default"],
    );
    assertEquals(added, `Added box to ${user.file}, as the default\n`);
    assertEquals(((await Deno.stat(user.file)).mode ?? 0) & 0o777, 0o600);
    const listed: unknown = JSON.parse(await user.succeed("env", "list", "--json"));
    assertEquals(listed, [
      {
        id: "local",
        default: false,
        status: "unknown",
        how: "a server of its own on this machine",
        source: null,
      },
      { id: "box", default: true, status: "unknown", how: url, source: user.file },
    ]);
    assertMatch(await user.succeed("env", "test"), LINE);
    assertEquals(await user.succeed("exec", "--on", "box", "--", "pwd"), `${root}\n`);
    await user.write("here", "text");
    await user.succeed("cp", "here", "box:there");
    assertEquals(await user.succeed("cat", "--on", "box", "there"), "text");
    assertEquals(await user.succeed("ls", "--on=box"), "there\n");
    await user.succeed("cp", "--on", "box", ":there", "back");
    assertEquals(await Deno.readTextFile(user.at("back")), "text");
  },
});

/** An ssh that notes how it was called and runs the command here, and a server to be found there. */
async function withFakeSsh(user: User): Promise<string> {
  const { program, prefix } = await serverProgram();
  const words = [program, ...prefix].map((word) => `'${word}'`).join(" ");
  await user.write("bin/exec-server", `#!/bin/sh\nexec ${words} "$@"\n`, 0o755);
  const ssh = `#!/bin/sh
printf '%s\\n' "$@" > "$HOME/called"
while [ "$1" = -p ]; do shift 2; done
shift
exec sh -c "$*"
`;
  await user.write("bin/ssh", ssh, 0o755);
  return `${user.at("bin")}:/usr/bin:/bin`;
}

Deno.test({
  name: "A host is reached through ssh",
  ignore,
  async fn() {
    await using user = await User.create();
    const path = await withFakeSsh(user);
    await user.succeed("env", "add", "--ssh", "me@[::1]:2222", "near");
    await user.succeed("env", "add", "far", "--ssh", "host/~/bin/exec-server");
    const called = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await user.run(args, { PATH: path });
      assertEquals([code, stderr], [0, ""]);
      return [stdout, (await Deno.readTextFile(user.at("called"))).trimEnd().split("\n")];
    };
    assertEquals(await called("exec", "--on", "near", "--", "echo", "hi"), [
      "hi\n",
      ["-p", "2222", "me@::1", "exec-server", "--listen", "stdio"],
    ]);
    const [line, words] = await called("env", "test", "far");
    assertMatch(String(line), LINE);
    assertEquals(words, ["host", "~/bin/exec-server", "--listen", "stdio"]);
  },
});

Deno.test({
  name: "What cannot be right is not written",
  ignore,
  async fn() {
    await using user = await User.create();
    await user.succeed("env", "add", "box", "--program", "ssh box 'a b'");
    const before = await Deno.readTextFile(user.file);
    assertStringIncludes(before, 'program = "ssh"\nargs = ["box", "a b"]\n');
    await user.write("token", "s3cret");
    const refused: readonly [readonly string[], number, string][] = [
      [["add", "box", "--url", "ws://h"], 1, "environment id `box` is duplicated"],
      [["add", "a.b", "--url", "ws://h"], 1, "must contain only ASCII letters"],
      [["add", "a", "--url", "http://h"], 1, "must use ws:// or wss://"],
      [["add", "a", "--ssh", "-oProxyCommand=x"], 1, "the host is not one for ssh"],
      [["add", "a", "--url", "ws://h", "--token-file", "token"], 1, "require wss:// or a loopback"],
      [["add", "a", "--url", "ws://h", "--token-file", "none"], 1, "Cannot read the token"],
      [["default", "other"], 1, "default environment `other` is not configured"],
      [["remove", "other"], 1, "there is no such environment"],
      [["add", "a", "--url", "ws://h", "--ssh", "h"], 2, "one way"],
      [["add", "a"], 2, "one way"],
      [["add", "--url", "ws://h"], 2, "There is no name"],
      [["add", "local", "--url", "ws://h"], 2, "needs no entry"],
      [["change"], 2, 'Unknown action "env change"'],
    ];
    for (const [args, code, text] of refused) {
      const outcome = await user.run(["env", ...args]);
      assertEquals([outcome.code, outcome.stdout], [code, ""]);
      assertStringIncludes(outcome.stderr, text);
      assert(!outcome.stderr.includes("s3cret"));
    }
    assertEquals(await Deno.readTextFile(user.file), before);
  },
});

Deno.test({
  name: "The default is chosen and an entry removed, and the rest of the file stays",
  ignore,
  async fn() {
    await using user = await User.create();
    const text = `# Mine.

# The small one.
[[environments]]
id = "small"
url = "ws://127.0.0.1:1"

# The large one.
[[environments]]
id = "large" # and far
url = "wss://large.example"
`;
    await user.write("dotfiles/environments.toml", text, 0o600);
    await user.write(".config/exec-server/x", "");
    await Deno.symlink(user.at("dotfiles/environments.toml"), user.file);
    await user.succeed("env", "default", "small");
    assertEquals(await Deno.readTextFile(user.file), `default = "small"\n\n${text}`);
    const removed = await user.succeed("env", "remove", "small");
    assertEquals(removed, `Removed small from ${user.file}; the default is now local\n`);
    const rest = text.slice(text.indexOf("# The large"));
    assertEquals(await Deno.readTextFile(user.file), `# Mine.\n\n${rest}`);
    assert((await Deno.lstat(user.file)).isSymlink);
    assertEquals(await user.succeed("env", "default", "none"), "There is no default\n");
    const names = [...Deno.readDirSync(user.at("dotfiles"))].map(({ name }) => name);
    assertEquals(names, ["environments.toml"]);
  },
});

Deno.test({
  name: "The reference's file is read too, ours wins, and variables count without both",
  ignore,
  async fn() {
    await using user = await User.create();
    const { url } = server();
    const env = { CODEX_HOME: user.at("codex"), CODEX_EXEC_SERVER_URL: url };
    const list = async (more: Readonly<Record<string, string>> = {}) => {
      const { stdout } = await user.run(["env", "list"], { ...env, ...more });
      return stdout.split("\n").slice(1, -1).map((line) => line.replace(/ +unknown +/, " "));
    };
    assertEquals(await list(), [`remote  * ${url}`]);
    assertEquals(await list({ EXEC_SERVER_URL: "unix:///s" }), ["remote  * unix:///s"]);
    const none = await user.run(["env", "list"], { EXEC_SERVER_URL: " None " });
    assertEquals(none, { code: 0, stdout: "", stderr: "exec-server: There is no environment\n" });
    const ran = await user.run(["exec", "--on", "remote", "--", "echo", "x"], env);
    assertEquals(ran.stdout, "x\n");
    const entry = (id: string, at: string) => `[[environments]]\nid = "${id}"\nurl = "${at}"\n`;
    const codex = `default = "a"\ninclude_local = false\n${entry("a", "ws://1")}${entry("b", url)}`;
    await user.write("codex/environments.toml", codex);
    await user.write("own/environments.toml", `default = "b"\n${entry("a", "ws://own")}`);
    const both = { EXEC_SERVER_HOME: user.at("own") };
    assertEquals(await list(both), ["a ws://own", `b   * ${url}`]);
    assertMatch((await user.run(["env", "test"], { ...env, ...both })).stdout, LINE);
    const removed = await user.run(["env", "remove", "b"], { ...env, ...both });
    assertEquals(removed.code, 1);
    assertStringIncludes(removed.stderr, `it is in ${user.at("codex/environments.toml")}`);
  },
});

Deno.test({
  name: "What cannot be reached is said, with the status of each subcommand",
  ignore,
  async fn() {
    await using user = await User.create();
    await user.succeed("env", "add", "gone", "--url", "unix:///nowhere/s", "--default");
    const tried = await user.run(["env", "test"]);
    assertEquals([tried.code, tried.stdout], [1, ""]);
    assertStringIncludes(tried.stderr, "exec-server: ");
    const unknown = await user.run(["exec", "--on", "box", "--", "true"]);
    assertEquals(unknown, {
      code: 125,
      stdout: "",
      stderr: 'exec-server: No environment is named "box": there is gone ' +
        "(see exec-server env list)\n",
    });
    const both = await user.run(["ls", "--on", "gone", "--url", "ws://h"]);
    assertEquals([both.code, both.stdout], [2, ""]);
    await user.write(".config/exec-server/environments.toml", '[[environments]]\nid = ""\n');
    const wrong = `exec-server: environment id cannot be empty (${user.file})\n`;
    for (const [args, code] of [[["env", "list"], 1], [["ls", "--on", "x"], 125]] as const) {
      assertEquals(await user.run(args), { code, stdout: "", stderr: wrong });
    }
  },
});
