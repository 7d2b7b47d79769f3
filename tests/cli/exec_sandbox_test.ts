/** `exec` and `shell` with a sandbox, from the outside. @module */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { denialText } from "../../cli/denial_text.ts";
import { readFlags } from "../../cli/flags.ts";
import { intentOf, readSandboxChoice, sandboxFlags } from "../../cli/sandbox_option.ts";
import { noSandboxReason } from "../support/sandboxed.ts";
import { Scratch } from "../support/scratch.ts";
import { ignore, runProgram, shell } from "./program.ts";

const STOPPED = "exec-server: The sandbox seems to have stopped it";

/** Runs in a workspace of its own, beside which lies a directory `outside`. */
function sandboxTest(name: string, fn: (workspace: string, outside: string) => Promise<void>) {
  const reason = noSandboxReason;
  Deno.test({
    name: reason === undefined ? name : `${name} (${reason})`,
    ignore: ignore || reason !== undefined,
    async fn() {
      await using scratch = await Scratch.create();
      await Deno.mkdir(`${scratch.path}/workspace`);
      await Deno.mkdir(`${scratch.path}/outside`);
      await fn(`${scratch.path}/workspace`, `${scratch.path}/outside`);
    },
  });
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

function exec(cwd: string, ...args: string[]) {
  return runProgram(["exec", ...args], { cwd });
}

/** What lets one directory be written and nothing else, so that `/tmp` is no way out. */
const NARROW = {
  permissions: {
    type: "managed",
    network: "restricted",
    file_system: {
      type: "restricted",
      entries: [
        { path: { type: "special", value: { kind: "root" } }, access: "read" },
        { path: { type: "special", value: { kind: "project_roots" } }, access: "write" },
      ],
    },
  },
};

sandboxTest("workspace-write lets a command write where it is, and says no more", async (cwd) => {
  const script = "echo kept > file && cat file; exit 3";
  const outcome = await exec(cwd, "--sandbox", "workspace-write", ...shell(script));
  assertEquals(outcome, { code: 3, stdout: "kept\n", stderr: "" });
});

sandboxTest("read-only stops what writes, and one line says so", async (cwd) => {
  const { code, stdout, stderr } = await exec(
    cwd,
    "--sandbox",
    "read-only",
    ...shell("touch file; exit 7"),
  );
  assertEquals([code, stdout], [7, ""]);
  assertEquals(stderr.trimEnd().split("\n").at(-1), `${STOPPED}: writing to file`);
  assertEquals([...Deno.readDirSync(cwd)], []);
});

sandboxTest("a command that ends well is not suspected, whatever it prints", async (cwd) => {
  const script = "echo 'touch: Permission denied' >&2";
  const { code, stderr } = await exec(cwd, "--sandbox", "read-only", ...shell(script));
  assertEquals([code, stderr], [0, "touch: Permission denied\n"]);
});

sandboxTest(
  "--writable opens directories besides, relative ones from here",
  async (cwd, outside) => {
    const args = ["--sandbox", "read-only", "--writable", ".", "--writable", outside];
    const { code } = await exec(cwd, ...args, ...shell(`touch here "${outside}/there"`));
    assertEquals(code, 0);
  },
);

sandboxTest("a file says what is allowed, as the wire does or by permissions alone", async (
  cwd,
  outside,
) => {
  const file = `${outside}/narrow.json`;
  for (const sandbox of [NARROW, { ...NARROW, windowsSandboxLevel: "disabled" }]) {
    await Deno.writeTextFile(file, JSON.stringify(sandbox));
    const script = `touch here; touch "${outside}/there"`;
    const { code, stderr } = await exec(cwd, "--sandbox", file, ...shell(script));
    assertEquals(code, 1);
    assertStringIncludes(stderr, `${STOPPED}: writing to ${outside}/there`);
    assertEquals([...Deno.readDirSync(cwd)].map(({ name }) => name), ["here"]);
  }
});

sandboxTest("there is no network unless --sandbox-network allows it", async (cwd) => {
  const script = "ls /proc/self/net/dev >/dev/null && tail -n +3 /proc/net/dev | wc -l";
  const here = await exec(cwd, ...shell(script));
  const without = await exec(cwd, "--sandbox", "read-only", ...shell(script));
  const shared = await exec(cwd, "--sandbox", "read-only", "--sandbox-network", ...shell(script));
  assertEquals([without.stdout.trim(), shared.stdout], ["1", here.stdout]);
});

sandboxTest("danger-full-access is no sandbox", async (cwd, outside) => {
  const script = `touch "${outside}/there"`;
  assertEquals((await exec(cwd, "--sandbox", "danger-full-access", ...shell(script))).code, 0);
});

sandboxTest("a missing program ends with 127, a refused start with 125", async (cwd) => {
  const missing = await exec(cwd, "--sandbox", "read-only", "--", "no-such-program");
  assertEquals(missing.code, 127);
  const nowhere = await exec(cwd, "--sandbox", "read-only", "--cwd", "/no/such", "--", "true");
  assertEquals(nowhere.code, 125);
  assertMatch(nowhere.stderr, /^exec-server: Cannot run "true": .*No such file/);
});

sandboxTest("a terminal is held to the same", async (cwd) => {
  const sandboxed = ["--sandbox", "read-only", ...shell("touch file || exit 9")];
  for (const args of [["exec", "--tty", "-n", ...sandboxed], ["shell", ...sandboxed]]) {
    const { code, stderr } = await runProgram(args, { cwd });
    assertEquals(code, 9);
    assertStringIncludes(stderr, STOPPED);
  }
});

const mistakes: readonly (readonly [words: readonly string[], complaint: string])[] = [
  [["--sandbox", "read"], 'Unknown sandbox "read": wanted read-only, workspace-write, danger-'],
  [["--sandbox", "/no/such.json"], 'Cannot read the sandbox "/no/such.json": there is no such'],
  [["--sandbox-network"], "--sandbox-network opens a sandbox: wanted together with --sandbox"],
  [["--writable", "/"], "--writable opens a sandbox: wanted together with --sandbox"],
  [
    ["--sandbox", "danger-full-access", "--writable", "/"],
    '"danger-full-access" confines nothing that more could be allowed of',
  ],
];

for (const [words, complaint] of mistakes) {
  test(`exec ${words.join(" ")} is a mistake, and says which`, async () => {
    const { code, stderr } = await runProgram(["exec", ...words, "--", "true"]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `exec-server: ${complaint}`);
  });
}

const files: readonly (readonly [text: string, complaint: string])[] = [
  ["{", "describes no sandbox: "],
  ["[]", "describes no sandbox: wanted an object with `permissions`"],
  ["{}", "describes no sandbox: missing field `permissions`"],
  ['{"permissions":{"type":"none"}}', "describes no sandbox: unknown variant `none`"],
];

for (const [text, complaint] of files) {
  test(`a sandbox file with ${text} is a mistake in one sentence`, async () => {
    await using scratch = await Scratch.create();
    await Deno.writeTextFile(`${scratch.path}/s.json`, text);
    const args = ["exec", "--sandbox", "s.json", "--", "true"];
    const { code, stderr } = await runProgram(args, { cwd: scratch.path });
    assertEquals(code, 2);
    assertStringIncludes(stderr, `"s.json" ${complaint}`);
    assertEquals(stderr.trimEnd().split("\n").length, 1);
  });
}

test("what a file says of directories is left as it is", async () => {
  await using scratch = await Scratch.create();
  const scene = { cwd: "file:///here", uriOf: (path: string) => `file://${path}` };
  const directories = { cwd: "file:///there", workspaceRoots: ["file:///there"] };
  for (const named of [{ policyContext: directories }, directories]) {
    const file = `${scratch.path}/s.json`;
    await Deno.writeTextFile(file, JSON.stringify({ ...NARROW, ...named }));
    const choice = readSandboxChoice(readFlags(["--sandbox", file], sandboxFlags));
    if (choice === undefined) throw new Error("There is no choice");
    const sent = { windowsSandboxLevel: "disabled", ...NARROW, ...named };
    assertEquals<unknown>(intentOf(choice, scene), sent);
  }
});

Deno.test("denialText() never prints what would steer a terminal", () => {
  assertEquals(denialText(), "The sandbox seems to have stopped it");
  assertEquals(denialText({ path: "a\x1b[2J", operation: "exec" }).includes("\x1b"), false);
  assertStringIncludes(denialText({ operation: "network" }), ": using the network");
  assertStringIncludes(denialText({ path: "/x" }), ": /x");
  assertStringIncludes(denialText({ operation: "setup" }), "could not be made");
});
