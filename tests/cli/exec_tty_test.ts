/** `exec --tty` and its timeouts, where there may be no terminal at this end. @module */
import { assertEquals } from "@std/assert";
import { launchServer } from "../support/server_process.ts";
import { sharedServer } from "../support/shared_server.ts";
import { within } from "../support/deadline.ts";
import { ignore, runProgram, shell, startProgram } from "./program.ts";
import { observed, openUserTerminal, readEnding } from "./user_terminal.ts";
import { waitingFor } from "./waiting_script.ts";

const server = sharedServer();

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

function exec(...args: string[]) {
  return runProgram(["exec", "--tty", ...args]);
}

test("exec --tty gives the command a terminal of 24 lines where there is none here", async () => {
  const outcome = await exec(...shell("tty -s && stty size; echo err >&2; exit 7"));
  assertEquals(outcome, { code: 7, stdout: "24 80\r\nerr\r\n", stderr: "" });
});

test("exec --tty types what it is given, and its end", async () => {
  const input = "one\ntwo\n";
  const args = ["exec", "-t", ...shell("stty -echo; cat | tr a-z A-Z; exit 3")];
  const { code, stdout } = await runProgram(args, { input });
  // What is typed before the command has switched the echo off is echoed.
  assertEquals([code, stdout.endsWith("ONE\r\nTWO\r\n")], [3, true]);
});

test("exec --tty -n types nothing, not even an end", async () => {
  const { stdout } = await exec("-n", ...shell("stty -icanon min 0 time 0; head -c 9 | wc -c"));
  assertEquals(stdout.trim(), "0");
});

test("exec --tty knows no escapes where there is no terminal here", async () => {
  const args = ["exec", "--tty", ...shell('stty -echo; read line; echo "<$line>"')];
  const { code, stdout } = await runProgram(args, { input: "~.\n" });
  assertEquals([code, stdout.endsWith("<~.>\r\n")], [0, true]);
});

test("exec --tty types Ctrl-C on SIGINT", async () => {
  const script = waitingFor("INT", "echo caught");
  const child = await startProgram(["exec", "--tty", "-n", ...shell(script)]);
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text === "up\r\n") child.kill("SIGINT");
  }
  const { code } = await within(child.status, "the end of exec");
  assertEquals([text, code], ["up\r\n^Ccaught\r\n", 9]);
  await child.stderr.cancel();
});

test("exec --tty is a terminal with all that belongs to it where there is one here", async () => {
  await using peer = await server().session();
  const terminalSize = { rows: 33, cols: 77 };
  const command = "exec_server exec -t -- /bin/sh -c 'stty size; read line; echo \"<$line>\"'";
  const terminal = await openUserTerminal(peer, observed(command), { terminalSize });
  await terminal.until("33 77\r\n");
  await terminal.type("hi\r");
  const { output, status, isRestored } = await readEnding(terminal);
  assertEquals([output, status, isRestored], ["33 77\r\nhi\r\n<hi>\r\n", 0, true]);
});

test("exec --tty exits with 127 when there is no such program", async () => {
  assertEquals((await exec("--", "no-such-program")).code, 127);
});

test("exec --tty --clear-env gives the command nothing of ours", async () => {
  await using other = await launchServer();
  const flags = ["--url", other.url, "--clear-env", "--env", "ONLY=this"];
  const { stdout } = await runProgram(["exec", "--tty", ...flags, "--", "/usr/bin/env"], {
    env: { TERM: "vt100" },
  });
  const names = stdout.trim().split("\r\n").map((line) => line.split("=")[0]);
  // A terminal at a server always names a shell.
  assertEquals(names.sort(), ["ONLY", "SHELL"]);
});

for (const tty of [[], ["--tty"]]) {
  test(`${["exec", ...tty].join(" ")} --timeout ends the command in time, and says so`, async () => {
    const args = ["exec", ...tty, "--timeout", "200ms", "--", "sleep", "1000"];
    assertEquals(await runProgram(args), {
      code: 124,
      stdout: "",
      stderr: "exec-server: The command was killed by timeout after 200 ms\n",
    });
  });
}

test("exec --idle-timeout ends a silent command", async () => {
  const script = "echo up; sleep 1000";
  const { code, stdout } = await runProgram(["exec", "--idle-timeout=200ms", ...shell(script)]);
  assertEquals([code, stdout], [124, "up\n"]);
});

test("exec --timeout leaves a command alone that ends in time", async () => {
  const outcome = await runProgram(["exec", "--timeout", "1h", ...shell("exit 4")]);
  assertEquals(outcome, { code: 4, stdout: "", stderr: "" });
});
