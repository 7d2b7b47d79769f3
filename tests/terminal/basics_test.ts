/** What a program finds when it is started in a terminal, and what its end looks like. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { check } from "../conformance/check.ts";
import { sharedServer } from "../support/shared_server.ts";
import { targetName } from "../support/target.ts";
import { startScript, startTerminal } from "./terminal.ts";

const server = sharedServer();
const PATH = "/usr/bin:/bin";
const missingCwd = { argv: ["/bin/true"], cwd: "file:///no/such/directory" };

check("62: a terminal has 24 rows and 80 columns, and ends lines with CR LF", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "stty size");
  assertEquals(await terminal.end(), 0);
  assertEquals(terminal.text, "24 80\r\n");
});

check("62: TERM is not set, and nothing is added to the environment but SHELL", async () => {
  await using peer = await server().session();
  const terminal = await startTerminal(peer, ["/usr/bin/env"], { env: { PATH, A: "1" } });
  assertEquals(await terminal.end(), 0);
  const lines = terminal.text.trimEnd().split("\r\n").sort();
  assertEquals(lines, ["A=1", `PATH=${PATH}`, `SHELL=${await loginShell()}`]);
});

check("62: a SHELL that the client gives stays, even an empty one", async () => {
  await using peer = await server().session();
  for (const SHELL of ["/bin/mine", ""]) {
    const env = { PATH, SHELL };
    const terminal = await startTerminal(peer, ["/usr/bin/env"], { env, processId: `s${SHELL}` });
    assertEquals(await terminal.end(), 0);
    assertStringIncludes(terminal.text, `SHELL=${SHELL}\r\n`);
  }
});

check("a terminal is the standard input, output and error of its program", async () => {
  await using peer = await server().session();
  const script = "tty; for fd in 0 1 2; do test -t $fd && readlink /proc/self/fd/$fd; done";
  const terminal = await startScript(peer, script);
  assertEquals(await terminal.end(), 0);
  const [name = "", ...descriptors] = terminal.text.trimEnd().split("\r\n");
  assertMatch(name, /^\/dev\/pts\/\d+$/);
  assertEquals(descriptors, [name, name, name]);
});

check("a program in a terminal leads a session, in the foreground of its terminal", async () => {
  await using peer = await server().session();
  const fields = "pid=,pgid=,sid=,tpgid=,tty=";
  const terminal = await startTerminal(peer, ["/bin/sh", "-c", `ps -o ${fields} -p $$; :`]);
  assertEquals(await terminal.end(), 0);
  const [pid, pgid, sid, tpgid, tty] = terminal.text.trim().split(/\s+/);
  assertEquals([pgid, sid, tpgid], [pid, pid, pid]);
  assertMatch(tty ?? "", /^pts\/\d+$/);
});

check("a program in a terminal has no other descriptor than the three", async () => {
  await using peer = await server().session();
  const terminal = await startTerminal(peer, ["/bin/ls", "/proc/self/fd"]);
  assertEquals(await terminal.end(), 0);
  // 3 is the directory that `ls` reads.
  assertEquals(terminal.text.trim().split(/\s+/), ["0", "1", "2", "3"]);
});

check("a program in a terminal has every signal as if nobody had touched it", async () => {
  await using peer = await server().session();
  const terminal = await startTerminal(peer, ["/bin/grep", "^Sig[BI]", "/proc/self/status"]);
  assertEquals(await terminal.end(), 0);
  const masks = terminal.text.trim().split("\r\n").map((line) => `0x${line.split("\t")[1]}`);
  // Signals 32 and 33 belong to the C library, and some keep them blocked or ignored.
  assertEquals(masks.map((mask) => BigInt(mask) & 0x7fff_ffffn), [0n, 0n]);
});

check("standard error of a program in a terminal is merged, in order", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "echo a; echo b >&2; echo c; echo d >&2");
  assertEquals(await terminal.end(), 0);
  assertEquals(terminal.text, "a\r\nb\r\nc\r\nd\r\n");
});

check("a program in a terminal runs in its cwd", async () => {
  await using peer = await server().session();
  const terminal = await startTerminal(peer, ["/bin/pwd"], { cwd: "file:///usr" });
  assertEquals(await terminal.end(), 0);
  assertEquals(terminal.text, "/usr\r\n");
});

check("64: with a terminal arg0 replaces the program", async () => {
  await using peer = await server().session();
  const terminal = await startTerminal(peer, ["/bin/false", "word"], { arg0: "echo" });
  assertEquals(await terminal.end(), 0);
  assertEquals(terminal.text, "word\r\n");
});

check("64: with a terminal an arg0 that is not in PATH is refused", async () => {
  await using peer = await server().session();
  const params = {
    processId: "p",
    argv: ["/bin/echo"],
    arg0: "no-such-program-here",
    cwd: "file:///",
    env: { PATH },
    tty: true,
  };
  assertEquals((await peer.refused("process/start", params)).code, -32603);
  const terminal = await startScript(peer, "exit 0");
  assertEquals(await terminal.end(), 0, "the id is free again");
});

for (
  const [name, fields] of Object.entries({
    "an empty program": { argv: [""] },
    "a missing program": { argv: ["/no/such/program"] },
    "a program that is in no directory of PATH": { argv: ["no-such-program-here"] },
    "a directory as program": { argv: ["/usr/bin"] },
    // The reference would start it in the home directory instead, and tell nobody.
    ...targetName() === "ours" ? { "a missing cwd": missingCwd } : {},
  })
) {
  check(`with a terminal ${name} is refused, and leaves the id free`, async () => {
    await using peer = await server().session();
    const params = { processId: "p", cwd: "file:///", env: { PATH }, tty: true, ...fields };
    assertEquals((await peer.refused("process/start", params)).code, -32603);
    const terminal = await startScript(peer, "exit 0");
    assertEquals(await terminal.end(), 0);
  });
}

for (const code of [0, 1, 4, 137, 255]) {
  check(`with a terminal the exit status ${code} is reported as it is`, async () => {
    await using peer = await server().session();
    const terminal = await startScript(peer, `exit ${code}`);
    assertEquals(await terminal.end(), code);
  });
}

for (const signal of ["TERM", "KILL", "SEGV", "HUP", "INT"]) {
  check(`with a terminal the end by SIG${signal} is reported as 1`, async () => {
    await using peer = await server().session();
    const terminal = await startScript(peer, `kill -${signal} $$`);
    assertEquals(await terminal.end(), 1);
  });
}

check("59, 60: with a terminal an interrupt and a terminate end in exit code 1", async () => {
  await using peer = await server().session();
  for (const method of ["process/signal", "process/terminate"]) {
    const processId = method;
    const terminal = await startScript(peer, "echo up; exec sleep 60", { processId });
    await terminal.until("up");
    await peer.call(method, { processId, signal: "interrupt" });
    assertEquals(await terminal.end(), 1);
  }
});

check("output of 200 terminals at once reaches each its own", async () => {
  await using peer = await server().session();
  const names = Array.from({ length: 200 }, (_, index) => `t${index}`);
  await Promise.all(names.map(async (processId) => {
    const terminal = await startTerminal(peer, ["/bin/echo", processId], { processId });
    assertEquals(await terminal.end(), 0);
    assertEquals(terminal.text, `${processId}\r\n`);
  }));
});

/** The shell of the user who runs the tests, from the user database. */
async function loginShell(): Promise<string> {
  const uid = Deno.uid();
  const users = await Deno.readTextFile("/etc/passwd");
  const mine = users.split("\n").map((line) => line.split(":")).find(([, , id]) => id === `${uid}`);
  return mine?.[6] ?? "";
}
