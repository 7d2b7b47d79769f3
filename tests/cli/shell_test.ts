/** `shell` in a real terminal: what a user types, and what comes of it. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { makeFifo, readFifo, writersGone } from "../support/fifo.ts";
import { Scratch } from "../support/scratch.ts";
import { launchServer } from "../support/server_process.ts";
import { sharedServer } from "../support/shared_server.ts";
import { ignore } from "./program.ts";
import { observed, openUserTerminal, quoted, readEnding } from "./user_terminal.ts";
import { forever, waitingFor } from "./waiting_script.ts";

const server = sharedServer();

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

/** A command line that runs a script in a terminal at a server of its own. */
function shell(script: string, flags = ""): string {
  return `exec_server shell ${flags} -- /bin/sh -c ${quoted(script)}`;
}

test("shell passes the exit status on and leaves the terminal as it was", async () => {
  await using peer = await server().session();
  const terminal = await openUserTerminal(peer, observed(shell("echo in; exit 7")));
  assertEquals(await readEnding(terminal), { output: "in\r\n", status: 7, isRestored: true });
});

test("shell opens the login shell of the server's user", async () => {
  await using peer = await server().session();
  const terminal = await openUserTerminal(peer, observed("exec_server shell"));
  await terminal.until(/[#$%>] /);
  await terminal.type('echo "<$((40+2))>"; exit 5\r');
  await terminal.until("<42>");
  const { status, isRestored } = await readEnding(terminal);
  assertEquals([status, isRestored], [5, true]);
});

test("shell gives the command a terminal of the same size, and follows it", async () => {
  await using peer = await server().session();
  const script = waitingFor("WINCH", "stty size", "stty size");
  const terminalSize = { rows: 30, cols: 100 };
  const terminal = await openUserTerminal(peer, observed(shell(script)), { terminalSize });
  await terminal.until("30 100\r\n");
  await terminal.resize({ rows: 50, cols: 132 });
  await terminal.until("50 132\r\n");
  assertEquals((await readEnding(terminal)).status, 9);
});

test("shell leaves Ctrl-C to the command", async () => {
  await using peer = await server().session();
  const terminal = await openUserTerminal(peer, observed(shell(waitingFor("INT", "echo caught"))));
  await terminal.until("up\r\n");
  await terminal.type("\x03");
  const { output, status, isRestored } = await readEnding(terminal);
  assertEquals([output, status, isRestored], ["up\r\n^Ccaught\r\n", 9, true]);
});

test("shell exits with 1 when a signal ended the command", async () => {
  await using peer = await server().session();
  const terminal = await openUserTerminal(peer, observed(shell("kill -TERM $$")));
  assertEquals((await readEnding(terminal)).status, 1);
});

test("shell passes output on byte by byte", async () => {
  await using peer = await server().session();
  const script = "stty raw; printf 'a\\nb\\r\\n\\tc\\377\\000d'";
  const terminal = await openUserTerminal(peer, shell(script));
  assertEquals(await terminal.end(), 0);
  const wanted = [...new TextEncoder().encode("a\nb\r\n\tc"), 255, 0, 100];
  assertEquals([...terminal.bytes], wanted);
});

test("shell passes much output on without losing any", async () => {
  await using peer = await server().session();
  const terminal = await openUserTerminal(peer, shell("seq 1 200000"));
  assertEquals(await terminal.end(), 0);
  const lines = Array.from({ length: 200_000 }, (_, index) => `${index + 1}\r\n`);
  assertEquals(terminal.text === lines.join(""), true);
});

test("shell passes every key on as it is, but for escapes", async () => {
  await using peer = await server().session();
  const script = "stty raw -echo; echo ready; head -c 256 | od -An -v -tu1";
  const terminal = await openUserTerminal(peer, shell(script, "--escape none"));
  await terminal.until("ready\n");
  const keys = Uint8Array.from({ length: 256 }, (_, index) => index);
  await terminal.type(keys);
  assertEquals(await terminal.end(), 0);
  const got = terminal.text.replace("ready\n", "").trim().split(/\s+/).map(Number);
  assertEquals(got, [...keys]);
});

test("shell sends TERM, COLORTERM and LANG along, and what --env says", async () => {
  await using peer = await server().session();
  await using other = await launchServer({ env: { TERM: "vt52", LANG: "C", PLAIN: "seen" } });
  const script = 'echo "$TERM $COLORTERM $LANG $PLAIN"';
  const env = { TERM: "vt100", COLORTERM: "truecolor", LANG: "xx_YY" };
  const flags = `--url ${other.url} --env LANG=zz_ZZ`;
  const terminal = await openUserTerminal(peer, shell(script, flags), { env });
  await terminal.end();
  assertEquals(terminal.text, "vt100 truecolor zz_ZZ seen\r\n");
});

test("shell runs where --cwd says", async () => {
  await using scratch = await Scratch.create();
  await using peer = await server().session();
  const terminal = await openUserTerminal(peer, shell("pwd", `--cwd ${scratch.path}`));
  await terminal.end();
  assertEquals(terminal.text, `${scratch.path}\r\n`);
});

test("~. detaches from the command, which ends with its own server", async () => {
  await using scratch = await Scratch.create();
  await using peer = await server().session();
  const fifo = await makeFifo(`${scratch.path}/alive`);
  const gone = writersGone(fifo);
  const script = `exec 3> '${fifo}'; ${forever}`;
  const terminal = await openUserTerminal(peer, observed(shell(script)));
  await terminal.until("up\r\n");
  await terminal.type("~.");
  const { output, status, isRestored } = await readEnding(terminal);
  assertEquals([status, isRestored], [125, true]);
  assertStringIncludes(output, "exec-server: Detached: how the command ends is not known here\r\n");
  await gone;
});

test("~. leaves a command at another server running for a while", async () => {
  await using scratch = await Scratch.create();
  await using peer = await server().session();
  await using other = await launchServer();
  const fifo = await makeFifo(`${scratch.path}/alive`);
  const script = waitingFor("USR1", `echo late > ${fifo}`, 'echo "pid=$$"');
  const flags = `--url ${other.url}`;
  const terminal = await openUserTerminal(peer, observed(shell(script, flags)));
  await terminal.until("pid=");
  const pid = Number(await terminal.until("\r\n"));
  await terminal.type("~.");
  assertEquals((await readEnding(terminal)).status, 125);
  const late = readFifo(fifo);
  Deno.kill(pid, "SIGUSR1");
  assertEquals(await late, "late\n");
});

test("~~ types a tilde, ~? helps, and ~ within a line is a key like others", async () => {
  await using peer = await server().session();
  const terminal = await openUserTerminal(peer, observed(shell("stty -echo; echo up; cat")));
  await terminal.until("up\r\n");
  await terminal.type("~?");
  await terminal.until("  ~.  detach\r\n  ~~  type ~\r\n  ~?  this help\r\n");
  await terminal.type("~~.\r");
  await terminal.until("~.\r\n");
  await terminal.type("a~.\r");
  await terminal.until("a~.\r\n");
  await terminal.type("\x04");
  assertEquals((await readEnding(terminal)).status, 0);
});
