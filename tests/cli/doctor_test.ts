/** `doctor` from the outside: what a user types, and what comes of it. @module */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { checkLines } from "../../cli/doctor_check.ts";
import { noSandboxReason } from "../support/sandboxed.ts";
import { Scratch } from "../support/scratch.ts";
import { serverProgram } from "../support/target.ts";
import { within } from "../support/deadline.ts";
import { ignore, runProgram } from "./program.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

function sandboxTest(name: string, fn: (directory: string) => Promise<void>): void {
  const reason = noSandboxReason;
  Deno.test({
    name: reason === undefined ? name : `${name} (${reason})`,
    ignore: ignore || reason !== undefined,
    async fn() {
      await using scratch = await Scratch.create();
      await fn(scratch.path);
    },
  });
}

interface Examination {
  readonly ok: boolean;
  readonly checks: readonly { name: string; state: string; text: string; remedy?: string }[];
}

function stateOf({ checks }: Examination, name: string): string | undefined {
  return checks.find((check) => check.name === name)?.state;
}

sandboxTest("doctor says a line about each thing, and that the sandbox works", async () => {
  const { code, stdout, stderr } = await runProgram(["doctor"]);
  assertEquals([code, stderr], [0, ""]);
  for (const line of stdout.trimEnd().split("\n")) assertMatch(line, /^(ok|warn) +[a-z]+ +\S/);
  assertMatch(stdout, /^ok +sandbox +a command was confined, in \d+ ms$/m);
  assertMatch(stdout, /^(ok|warn) +bubblewrap +\d+\.\d+.* at \/usr\/bin\/bwrap/m);
});

sandboxTest("doctor --json says the same to programs", async () => {
  const { code, stdout } = await runProgram(["doctor", "--json"]);
  const examination: Examination = JSON.parse(stdout);
  assertEquals([code, examination.ok], [0, true]);
  const names = examination.checks.map(({ name }) => name);
  assertEquals(names, [
    ...["program", "runtime", "spawner", "terminals", "guardian", "sessions", "descriptors"],
    ...["sandbox", "bubblewrap", "namespaces", "apparmor", "seccomp", "proc", "memfd"],
    ...["container", "user", "limits"],
  ]);
  assertEquals(stateOf(examination, "user"), Deno.uid() === 0 ? "warn" : "ok");
});

/** Runs it where something was taken away. */
async function doctorThrough(...through: string[]): Promise<{ code: number; text: string }> {
  const { program, prefix, env } = await serverProgram();
  const [first = program, ...words] = [...through, program, ...prefix, "doctor"];
  const command = new Deno.Command(first, {
    args: words,
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", ...env },
    stdin: "null",
  });
  const { code, stdout } = await within(command.output(), "doctor");
  return { code, text: new TextDecoder().decode(stdout) };
}

sandboxTest("doctor exits with 1 where a sandbox cannot be made, and says what to do", async () => {
  const nested = ["--dev-bind", "/", "/", "--unshare-user", "--disable-userns", "--"];
  const { code, text } = await doctorThrough("bwrap", ...nested);
  assertEquals(code, 1);
  assertMatch(text, /^missing +sandbox +.*user namespace.*; .*outside of that sandbox/m);
  assertMatch(text, /^missing +namespaces +/m);
  assertMatch(text, /^warn +seccomp +not known/m);
  assertMatch(text, /^ok +bubblewrap +\/usr\/bin\/bwrap$/m);
});

sandboxTest("doctor names descriptors that were left open for it", async () => {
  const { code, text } = await doctorThrough("/bin/sh", "-c", 'exec "$@" 7</dev/null', "sh");
  assertEquals(code, 0);
  assertMatch(text, /^warn +descriptors +.*\b7 \(\/dev\/null\)/m);
});

sandboxTest("doctor --explain names the rule that decides", async (cwd) => {
  const explain = async (path: string, ...args: string[]) => {
    const words = ["doctor", "--explain", path, "--sandbox", "workspace-write", ...args];
    const { code, stdout, stderr } = await runProgram(words, { cwd });
    assertEquals([code, stderr], [0, ""]);
    return stdout;
  };
  const inside = await explain("file");
  assertStringIncludes(inside, `"${cwd}/file" may be read and written: the rule for "${cwd}"`);
  assertStringIncludes(await explain("/etc/passwd"), '"/etc/passwd" may be read, but not written');
  await Deno.mkdir(`${cwd}/.git/hooks`, { recursive: true });
  await Deno.writeTextFile(`${cwd}/.git/HEAD`, "ref: refs/heads/main\n");
  assertStringIncludes(await explain(".git/hooks/pre-commit"), "may be read, but not written");
  assertStringIncludes(await explain(".codex/x"), "does not exist: while commands run, an empty");
  await Deno.symlink("/etc", `${cwd}/link`);
  assertStringIncludes(
    await explain("link/passwd"),
    `"${cwd}/link/passwd" leads to "/etc/passwd".`,
  );
  await Deno.mkdir(`${cwd}/below`);
  assertStringIncludes(
    await explain("x", "--cwd", "below"),
    `"${cwd}/below/x" may be read and wri`,
  );
  assertStringIncludes(
    await explain("/var/no-such/x", "--writable", "/var/no-such"),
    '"/var/no-such" does not exist, and what does not exist when a command starts',
  );
  // Nothing was made for the explanation.
  assertEquals([...Deno.readDirSync(cwd)].map(({ name }) => name).sort(), [
    ".git",
    "below",
    "link",
  ]);
});

sandboxTest("doctor --explain tells a refusal, with status 1", async (cwd) => {
  const words = ["doctor", "--explain", "x", "--sandbox", "read-only", "--cwd", "/no/such"];
  const { code, stderr } = await runProgram(words, { cwd });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "exec-server: No such file or directory");
});

sandboxTest("doctor --print-sandbox prints what bubblewrap would get, and no variables", async (
  cwd,
) => {
  const words = ["doctor", "--print-sandbox", "--sandbox", "workspace-write"];
  const { code, stdout } = await runProgram(words, { cwd, env: { API_KEY: "secret" } });
  const lines = stdout.trimEnd().split("\n");
  assertEquals(code, 0);
  assertEquals(lines[0], await Deno.realPath("/usr/bin/bwrap"));
  for (const word of ["--unshare-net", "--seccomp", "--clearenv"]) assert(lines.includes(word));
  const mounted = lines.findIndex((line, at) => line === "--bind" && lines[at + 1] === cwd);
  assert(mounted > 0, stdout);
  assertEquals(stdout.includes("secret"), false);
});

const mistakes: readonly (readonly [words: readonly string[], complaint: string])[] = [
  [["--on", "box"], "doctor looks at this machine only, so --on makes no sense"],
  [["--url", "ws://x"], "exec-server exec --url … -- exec-server doctor"],
  [["--explain", "x"], "--explain is about a sandbox: wanted together with --sandbox"],
  [["--print-sandbox"], "--print-sandbox is about a sandbox"],
  [["--sandbox", "read-only"], "--sandbox and --cwd are for --explain and --print-sandbox"],
  [["--explain", "x", "--print-sandbox", "--sandbox", "read-only"], "wanted one of them"],
  [["--explain", "x", "--sandbox", "read-only", "--json"], "--json is for the whole examination"],
  [["more"], '"doctor" takes no "more"'],
];

for (const [words, complaint] of mistakes) {
  test(`doctor ${words.join(" ")} is a mistake, and says which`, async () => {
    const { code, stderr } = await runProgram(["doctor", ...words]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, complaint);
  });
}

Deno.test("checkLines() puts remedies behind what they are for", () => {
  assertEquals(
    checkLines([
      { name: "a", state: "ok", text: "fine" },
      { name: "long", state: "missing", text: "broken", remedy: "mend it" },
    ]),
    ["ok       a     fine", "missing  long  broken; mend it"],
  );
});
