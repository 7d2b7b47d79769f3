/** Programs that draw on the whole screen: the screen is compared, not the bytes. @module */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { isInstalled } from "../fixtures/installed.ts";
import { sharedServer } from "../support/shared_server.ts";
import { targetName } from "../support/target.ts";
import { startScreenProgram } from "./screen_program.ts";

const server = sharedServer();
const noLess = !await isInstalled("less");
const noVim = !await isInstalled("vim");
const noTop = !await isInstalled("top", "procps");

// Ends any mode of vim. Escape does so only after a time in which it might begin a key's sequence.
const NORMAL_MODE = "\x1c\x0e";

/** Texts "line 1", "line 2" … as on a screen. */
function lines(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
}

async function writeLines(name: string, count: number): Promise<string> {
  const path = join(server().root, name);
  await Deno.writeTextFile(path, lines(1, count).join("\n") + "\n");
  return path;
}

Deno.test({ name: "less pages through a file", ignore: noLess }, async () => {
  await using peer = await server().session();
  const env = { LESSHISTFILE: "-" };
  const path = await writeLines("pages", 100);
  using less = await startScreenProgram(peer, ["/usr/bin/less", path], { env });
  const { screen } = less;
  await less.until(() => screen.lines[23] !== "" && screen.lines[22] === "line 23", "page one");
  assertEquals(screen.lines, [...lines(1, 23), path]);
  await less.type(" ", () => screen.text.endsWith("line 46\n:"), "page two");
  assertEquals(screen.lines, [...lines(24, 46), ":"]);
  await less.type("G", () => screen.text.endsWith("(END)"), "the end");
  assertEquals(screen.lines, [...lines(78, 100), "(END)"]);
  await less.type("/line 5\n", () => screen.text.includes("Pattern not found"), "no match");
  await less.type("\r1G", () => screen.text.endsWith("line 23\n:"), "the beginning");
  assertEquals(screen.lines, [...lines(1, 23), ":"]);
  assertEquals(await less.quit("q"), 0);
});

Deno.test({ name: "vim edits a file", ignore: noVim }, async () => {
  await using peer = await server().session();
  const path = await writeLines("edited", 3);
  const argv = ["/usr/bin/vim", "-u", "NONE", "-i", "NONE", "-n", "-N", "+set noruler", path];
  using vim = await startScreenProgram(peer, argv);
  const { screen } = vim;
  // The last line is drawn first.
  const isDrawn = () => screen.lines[22] === "~" && screen.lines[23] !== "";
  await vim.until(isDrawn, "the file");
  assertMatch(screen.lines[23] ?? "", /3L, \d+[BC]$/);
  assertEquals(screen.lines.slice(0, 23), [...lines(1, 3), ...Array(20).fill("~")]);
  await vim.type(`Goüber${NORMAL_MODE}`, () => screen.lines[3] === "über", "the new line");
  await vim.type(":2s/line/zeile/\r", () => screen.lines[1] === "zeile 2", "the replacement");
  assertEquals(screen.lines.slice(0, 5), ["line 1", "zeile 2", "line 3", "über", "~"]);
  assertEquals(await vim.quit(":wq\r"), 0);
  assertEquals(await Deno.readTextFile(path), "line 1\nzeile 2\nline 3\nüber\n");
});

Deno.test(
  { name: "vim fills a terminal of another size", ignore: noVim || !isOurs() },
  async () => {
    await using peer = await server().session();
    const path = await writeLines("wide", 3);
    const argv = ["/usr/bin/vim", "-u", "NONE", "-i", "NONE", "-n", "-N", path];
    const terminalSize = { rows: 10, cols: 40 };
    using vim = await startScreenProgram(peer, argv, { terminalSize });
    const { screen } = vim;
    await vim.until(() => screen.lines[8] === "~" && screen.lines[9] !== "", "ten lines");
    assertEquals(screen.lines.slice(0, 9), [...lines(1, 3), ...Array(6).fill("~")]);
    const long = "1234567890".repeat(10);
    const third = `${long.slice(80)}line 1`;
    await vim.type(`i${long}${NORMAL_MODE}`, () => screen.lines[2] === third, "a wrapped line");
    assertEquals(screen.lines.slice(0, 3), [long.slice(0, 40), long.slice(40, 80), third]);
    assertEquals(await vim.quit(":q!\r"), 0);
  },
);

Deno.test({ name: "top shows the machine until it is told to quit", ignore: noTop }, async () => {
  await using peer = await server().session();
  using top = await startScreenProgram(peer, ["/usr/bin/top", "-d", "100"]);
  const { screen } = top;
  await top.until(() => screen.lines.some((line) => /^ *PID USER/.test(line)), "the table's head");
  assertMatch(screen.lines[0] ?? "", /^top - \d\d:\d\d:\d\d up .*load average: /);
  assertMatch(screen.lines[1] ?? "", /^Tasks: +\d+ total, +\d+ running/);
  assertEquals(await top.quit("q"), 0);
});

Deno.test("bash edits its line on a screen", async () => {
  await using peer = await server().session();
  const env = { PS1: "$ ", HISTFILE: "/dev/null" };
  const argv = ["/bin/bash", "--norc", "--noprofile", "-i"];
  using bash = await startScreenProgram(peer, argv, { env });
  const { screen } = bash;
  await bash.until(() => screen.text === "$", "the prompt");
  await bash.type("echo helo", () => screen.text === "$ echo helo", "the echo");
  // Left, insert, home, delete a word, history.
  await bash.type("\x1b[Dl", () => screen.text === "$ echo hello", "the inserted character");
  assertEquals(screen.cursor, { row: 1, col: "$ echo hell".length + 1 });
  await bash.type("\r", () => screen.text === "$ echo hello\nhello\n$", "the output");
  await bash.type("\x1b[A", () => screen.text.endsWith("\n$ echo hello"), "the history");
  await bash.type("\x01\x0b", () => screen.text === "$ echo hello\nhello\n$", "an empty line");
  await bash.type("clear\r", () => screen.text === "$", "a cleared screen");
  assertEquals(screen.cursor, { row: 1, col: 3 });
  assertEquals(await bash.quit("exit 5\r"), 5);
});

function isOurs(): boolean {
  return targetName() === "ours";
}
