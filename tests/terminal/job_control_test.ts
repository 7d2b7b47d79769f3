/** An interactive shell with job control, as a person uses it. @module */
import { assertEquals, assertMatch } from "@std/assert";
import { check } from "../conformance/check.ts";
import type { Peer } from "../support/peer.ts";
import { sharedServer } from "../support/shared_server.ts";
import { startTerminal, type Terminal } from "./terminal.ts";

const server = sharedServer();
const PROMPT = "ready> ";

/** An interactive bash that has printed its first prompt. */
async function shell(peer: Peer): Promise<Terminal> {
  // A dumb terminal spares the test the escape sequences of line editing.
  const env = { PATH: "/usr/bin:/bin", PS1: PROMPT, TERM: "dumb", HISTFILE: "/dev/null" };
  const terminal = await startTerminal(peer, ["/bin/bash", "--norc", "--noprofile", "-i"], { env });
  const before = await terminal.until(PROMPT);
  // "no job control in this shell" would be said here.
  assertEquals(before, "");
  return terminal;
}

/** Types a command and waits for the next prompt.
 * @returns what it printed */
async function run(terminal: Terminal, command: string): Promise<string> {
  await terminal.type(`${command}\n`);
  await terminal.until(`${command}\r\n`);
  return await terminal.until(PROMPT);
}

/** Starts a `cat` in the foreground and waits until it runs there.
 * The quotes keep the echo of the command from looking like its output. */
async function startCat(terminal: Terminal): Promise<void> {
  await terminal.type(`sh -c 'echo "run"ning; exec cat'\n`);
  await terminal.until("running\r\n");
}

check("Ctrl-C ends the foreground job, and the shell goes on", async () => {
  await using peer = await server().session();
  const terminal = await shell(peer);
  await startCat(terminal);
  await terminal.type("\x03");
  await terminal.until(`^C\r\n${PROMPT}`);
  assertEquals(await run(terminal, "echo $?"), "130\r\n");
  await terminal.type("exit 7\n");
  assertEquals(await terminal.end(), 7);
});

check("Ctrl-Z stops the foreground job, `fg` brings it back", async () => {
  await using peer = await server().session();
  const terminal = await shell(peer);
  await startCat(terminal);
  await terminal.type("one\n");
  await terminal.until("one\r\none\r\n");
  await terminal.type("\x1a");
  assertMatch(await terminal.until(PROMPT), /^\^Z\r\n\[1\]\+ +Stopped/);
  assertMatch(await run(terminal, "jobs -l"), /^\[1\]\+ +\d+ Stopped .*cat'\r\n$/);
  await terminal.type("fg\n");
  await terminal.until("exec cat'\r\n");
  await terminal.type("two\n");
  await terminal.until("two\r\ntwo\r\n");
  await terminal.type("\x04");
  await terminal.until(PROMPT);
  assertEquals(await run(terminal, "echo $?; jobs"), "0\r\n");
  await terminal.type("exit\n");
  assertEquals(await terminal.end(), 0);
});

check("`bg` lets a stopped job go on, and it stops again when it wants to read", async () => {
  await using peer = await server().session();
  const terminal = await shell(peer);
  await startCat(terminal);
  await terminal.type("\x1a");
  await terminal.until(PROMPT);
  // 128 and the number of SIGTTIN.
  assertMatch(await run(terminal, 'bg; wait %1; echo "status=$?"'), /^status=149\r$/m);
  await peer.call("process/terminate", { processId: terminal.processId });
  assertEquals(await terminal.end(), 1);
});

check(
  "a background job reports its end at the next prompt, and `wait` gets its status",
  async () => {
    await using peer = await server().session();
    const terminal = await shell(peer);
    assertMatch(await run(terminal, "sh -c 'exit 9' &"), /^\[1\] \d+\r\n/);
    assertMatch(await run(terminal, 'wait $!; echo "status=$?"'), /^status=9\r$/m);
    await terminal.type("\x04");
    assertEquals(await terminal.end(), 0);
  },
);

check("a pipeline is one job: Ctrl-C ends all of it", async () => {
  await using peer = await server().session();
  const terminal = await shell(peer);
  await terminal.type(`sh -c 'echo "run"ning >&2; exec sleep 60' | cat | cat\n`);
  await terminal.until("running\r\n");
  await terminal.type("\x03");
  await terminal.until(PROMPT);
  assertEquals(await run(terminal, `echo "\${PIPESTATUS[*]}"`), "130 130 130\r\n");
  await terminal.type("exit 0\n");
  assertEquals(await terminal.end(), 0);
});

check("terminate ends an interactive shell with its jobs, whatever state they are in", async () => {
  await using peer = await server().session();
  const terminal = await shell(peer);
  await startCat(terminal);
  await terminal.type("\x1a");
  await terminal.until(PROMPT);
  await run(terminal, "(trap '' HUP TERM INT; sleep 60) & sleep 60 &");
  await peer.call("process/terminate", { processId: terminal.processId });
  assertEquals(await terminal.end(), 1);
});
