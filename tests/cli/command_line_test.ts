/** Which command lines are understood, and what is said about the others. @module */
import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { readDuration } from "../../cli/duration.ts";
import { execFlags, readExecOptions } from "../../cli/exec_options.ts";
import { readFlags } from "../../cli/flags.ts";
import { readShellOptions, shellFlags } from "../../cli/shell_options.ts";
import { shellWords } from "../../cli/shell_words.ts";
import { UsageError } from "../../cli/usage_error.ts";
import { ignore, runProgram } from "./program.ts";

function complaint(action: () => unknown): string {
  return assertThrows(action, UsageError).message;
}

Deno.test("shellWords() splits as a shell does", () => {
  const cases: [string, string[]][] = [
    ["", []],
    ["  a  b\tc\n", ["a", "b", "c"]],
    ["'a b' c", ["a b", "c"]],
    ['"a \\"b\\" \\\\ \\n $x"', ['a "b" \\ \\n $x']],
    ["a\\ b\\'c", ["a b'c"]],
    ["x'y'\"z\"", ["xyz"]],
    ["'' \"\"", ["", ""]],
    ["'it'\\''s'", ["it's"]],
  ];
  for (const [text, words] of cases) assertEquals(shellWords(text), words);
});

Deno.test("shellWords() refuses what a shell would go on reading", () => {
  assertEquals(
    complaint(() => shellWords("a 'b")),
    "'a 'b' has an opening ' without a closing one",
  );
  complaint(() => shellWords('a "b'));
  complaint(() => shellWords("a\\"));
});

Deno.test("readFlags() reads values behind a flag, and words from the first that is none", () => {
  const specs = [{ name: "--a", value: "A", repeats: true }, { name: "--b", short: "-b" }];
  const flags = readFlags(["--a", "1", "--a=2=3", "-b", "word", "--a"], specs);
  assertEquals([flags.all("--a"), flags.has("--b"), flags.rest], [
    ["1", "2=3"],
    true,
    ["word", "--a"],
  ]);
  assertEquals(readFlags(["--", "-b"], specs).rest, ["-b"]);
  assertEquals(readFlags(["-"], specs).rest, ["-"]);
  assertEquals(readFlags(["--a", "--b"], specs).one("--a"), "--b");
});

Deno.test("readFlags() says what was wrong and what was wanted", () => {
  const specs = [{ name: "--a", value: "A" }, { name: "--b", short: "-b" }];
  const cases: [string[], string][] = [
    [["--c"], 'Unknown flag "--c": wanted one of --a, --b'],
    [["-x=1"], 'Unknown flag "-x": wanted one of --a, --b'],
    [["--a"], '"--a" wants a value: A'],
    [["--a=1", "--a=2"], '"--a" is given twice: wanted once'],
    [["--b=1"], '"--b" takes no value, but "1" was given'],
  ];
  for (const [args, message] of cases) {
    assertEquals(complaint(() => readFlags(args, specs)), message);
  }
});

Deno.test("readExecOptions() leaves the command's own flags alone", () => {
  const options = readExecOptions(["--cwd", "d", "--env", "A=1", "--env", "B=", "ls", "--all"]);
  assertEquals(options, {
    server: { kind: "own" },
    cwd: "d",
    env: { A: "1", B: "" },
    clearEnv: false,
    noStdin: false,
    tty: false,
    escape: "~",
    timeoutMs: undefined,
    idleTimeoutMs: undefined,
    sandbox: undefined,
    argv: ["ls", "--all"],
  });
});

Deno.test("readExecOptions() reads what is about terminals and time", () => {
  const times = ["--timeout", "1.5s", "--idle-timeout=2m"];
  const options = readExecOptions(["-t", "--escape", "none", ...times, "top"]);
  const { tty, escape, timeoutMs, idleTimeoutMs } = options ?? {};
  assertEquals([tty, escape, timeoutMs, idleTimeoutMs], [true, undefined, 1500, 120_000]);
});

Deno.test("readShellOptions() wants no command", () => {
  const server = { kind: "own" } as const;
  const options = { server, cwd: undefined, env: {}, escape: "~", sandbox: undefined, argv: [] };
  assertEquals(readShellOptions([]), options);
  const given = readShellOptions(["--escape=^", "--", "top", "-d", "1"]);
  assertEquals(given, { ...options, escape: "^", argv: ["top", "-d", "1"] });
});

Deno.test("readDuration() takes a number with its unit", () => {
  const cases: [string, number][] = [["1ms", 1], ["0.2ms", 1], ["90s", 90_000], ["1.5h", 5.4e6]];
  for (const [text, milliseconds] of cases) assertEquals(readDuration(text), milliseconds);
  for (const text of ["", "5", "s", "0s", "-1s", "1e3s", "1 s", "9999999999999999h"]) {
    const message = complaint(() => readDuration(text));
    assertEquals(message, `"${text}" is no duration: wanted such as 500ms, 90s, 5m or 1.5h`);
  }
});

Deno.test("readExecOptions() refuses contradictions", () => {
  const cases: [string[], string][] = [
    [[], "There is no command to run"],
    [["--url", "ws://x", "--stdio", "x", "ls"], "Both --url and --stdio name a server"],
    [["--stdio", " ", "ls"], "--stdio names no program"],
    [["--token-file", "x", "ls"], "--token-file is for a server named by --url"],
    [["--env", "A", "ls"], '"A" is no variable'],
    [["--env", "=A", "ls"], '"=A" is no variable'],
    [["--escape", "x", "ls"], "--escape is for a terminal"],
    [["-t", "--escape", ".", "ls"], '"." cannot be the escape character'],
    [["-t", "--escape", "ü", "ls"], '"ü" cannot be the escape character'],
    [["-t", "--escape", "ab", "ls"], '"ab" cannot be the escape character'],
    [["--timeout", "5", "ls"], '"5" is no duration'],
  ];
  for (const [args, start] of cases) {
    assertStringIncludes(complaint(() => readExecOptions(args)), start);
  }
});

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

test("A command line that cannot be understood ends with 2 and one sentence", async () => {
  for (
    const args of [["nonsense"], ["exec", "--nonsense"], ["exec"], ["help", "nonsense"], [
      "version",
      "x",
    ]]
  ) {
    const { code, stdout, stderr } = await runProgram(args);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertMatch(stderr, /^exec-server: .+\n$/);
  }
});

test("version says which program, which wire and which Deno", async () => {
  for (const args of [["version"], ["--version"], ["-V"]]) {
    const { code, stdout } = await runProgram(args);
    assertMatch(stdout, /^exec-server \d+\.\d+\.\d+ \(wire 0\.169\.0, deno \d+\.\d+\.\d+\)\n$/);
    assertEquals(code, 0);
  }
});

test("help is there for the program and for each subcommand, and fits a terminal", async () => {
  const ways = [
    ["help"],
    ["--help"],
    ["-h"],
    ["help", "exec"],
    ["exec", "--help"],
    [
      "help",
      "serve",
    ],
    ["help", "shell"],
    ["shell", "--help"],
  ];
  for (const args of [...ways, ["--listen", "stdio", "--help"], ["help", "version"]]) {
    const { code, stdout, stderr } = await runProgram(args);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "exec-server");
    const lines = stdout.split("\n");
    assertEquals(lines.filter((line) => line.length > 100), []);
    assertEquals(lines.length <= 40, true);
  }
});

test("help on exec and shell names every flag they have", async () => {
  for (const [subject, flags] of [["exec", execFlags], ["shell", shellFlags]] as const) {
    const { stdout } = await runProgram(["help", subject]);
    const wanted = flags.filter(({ name }) => name !== "--help");
    for (const { name } of wanted) assertStringIncludes(stdout, name);
  }
});
