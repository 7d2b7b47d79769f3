/** A command in a sandbox lives and ends as one without. @module */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { readRoot, restrictedSandbox } from "../../support/sandbox_intents.ts";
import {
  printed,
  runSandboxed,
  sandboxedOutcome,
  sandboxedTest,
  shSandboxed,
  startSandboxed,
} from "../../support/sandboxed.ts";
import { Scratch } from "../../support/scratch.ts";
import { sharedServer } from "../../support/shared_server.ts";

const server = sharedServer();

for (const code of [0, 7, 126, 127, 255]) {
  sandboxedTest(`a sandboxed command that exits with ${code} is told as that`, async () => {
    await using room = await Scratch.create();
    await using peer = await server().session();
    const { exitCode, sandboxDenied } = await shSandboxed(peer, `exit ${code}`, { cwd: room.path });
    assertEquals([exitCode, sandboxDenied], [code, false]);
  });
}

sandboxedTest("a sandboxed command that a signal ends exits with 128 and the signal", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  for (const [signal, code] of [["KILL", 137], ["TERM", 143], ["SEGV", 139]]) {
    const processId = String(signal);
    const run = { cwd: room.path, processId };
    assertEquals((await shSandboxed(peer, `kill -${signal} $$`, run)).exitCode, code);
  }
});

sandboxedTest(
  "a program that is missing in a sandbox exits with 127 and one sentence",
  async () => {
    await using room = await Scratch.create();
    await using peer = await server().session();
    for (const program of ["no-such-program", "/no/such", "./none"]) {
      const ended = await runSandboxed(peer, [program], { cwd: room.path, processId: program });
      assertEquals([ended.exitCode, ended.sandboxDenied], [127, false]);
      assertEquals(ended.stderr, `exec-server: ${program}: not found\n`);
    }
  },
);

sandboxedTest("a file that is no program exits with 126 and one sentence", async () => {
  await using room = await Scratch.create();
  await Deno.writeTextFile(`${room.path}/plain`, "text");
  await using peer = await server().session();
  const { exitCode, stderr } = await runSandboxed(peer, ["./plain"], { cwd: room.path });
  assertEquals(exitCode, 126);
  assertMatch(stderr, /^exec-server: \.\/plain: cannot be executed \(errno 13\)\n$/);
});

sandboxedTest("a missing working directory is refused in the reference's words", async () => {
  await using room = await Scratch.create();
  await Deno.writeTextFile(`${room.path}/file`, "");
  await using peer = await server().session();
  const refusal = (cwd: string) =>
    peer.refused("process/start", {
      processId: "p",
      argv: ["true"],
      cwd: `file://${cwd}`,
      env: {},
      tty: false,
      sandbox: restrictedSandbox([readRoot]),
    });
  const missing = await refusal(`${room.path}/none`);
  assertEquals([missing.code, missing.message], [-32603, "No such file or directory (os error 2)"]);
  const file = await refusal(`${room.path}/file`);
  assertEquals([file.code, file.message], [-32603, "Not a directory (os error 20)"]);
});

sandboxedTest("an interrupt reaches the trap of a sandboxed command, with pipes", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const script = "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.05; done";
  await startSandboxed(peer, ["/bin/sh", "-c", script], { cwd: room.path });
  await printed(peer, "ready");
  await peer.call("process/signal", { processId: "p", signal: "interrupt" });
  await printed(peer, "caught");
  const { params } = await peer.notification("process/exited");
  assertEquals(params?.exitCode, 9);
});

sandboxedTest("an interrupt reaches the trap of a sandboxed command, in a terminal", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const script = "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.05; done";
  const fields = { tty: true };
  await startSandboxed(peer, ["/bin/sh", "-c", script], { cwd: room.path, fields });
  await printed(peer, "ready");
  await peer.call("process/signal", { processId: "p", signal: "interrupt" });
  await printed(peer, "caught");
  const { params } = await peer.notification("process/exited");
  assertEquals(params?.exitCode, 9);
});

sandboxedTest("an interrupt right after the start is not lost", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  for (let round = 0; round < 20; round++) {
    const processId = `p${round}`;
    await startSandboxed(peer, ["sleep", "60"], { cwd: room.path, processId });
    await peer.call("process/signal", { processId, signal: "interrupt" });
    const { exitCode } = await sandboxedOutcome(peer, processId);
    assertEquals([round, exitCode], [round, 130]);
  }
});

sandboxedTest("terminating takes everything along that has left the group", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const pulse = "while :; do date +%N > alive; sleep 0.02; done";
  const script =
    `setsid sh -c '${pulse}' >/dev/null 2>&1 & trap '' TERM; echo ready; wait; sleep 60`;
  await startSandboxed(peer, ["/bin/sh", "-c", script], { cwd: room.path });
  await printed(peer, "ready");
  await peer.call("process/terminate", { processId: "p" });
  await peer.notification("process/closed");
  const before = await Deno.readTextFile(`${room.path}/alive`).catch(() => "");
  await Deno.writeTextFile(`${room.path}/alive`, `${before}seen`);
  await shSandboxed(peer, "sleep 0.2", { cwd: room.path, processId: "later" });
  assertEquals(await Deno.readTextFile(`${room.path}/alive`), `${before}seen`);
});

sandboxedTest("nothing that a sandboxed command leaves behind goes on", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const pulse = "while :; do date +%N > alive; sleep 0.02; done";
  const script = `(setsid setsid sh -c '${pulse}' >/dev/null 2>&1 &); ` +
    "until [ -s alive ]; do sleep 0.02; done";
  const { exitCode } = await shSandboxed(peer, script, { cwd: room.path });
  assertEquals(exitCode, 0);
  await Deno.writeTextFile(`${room.path}/alive`, "seen");
  await shSandboxed(peer, "sleep 0.2", { cwd: room.path, processId: "later" });
  assertEquals(await Deno.readTextFile(`${room.path}/alive`), "seen");
});

sandboxedTest("a deadline ends a sandboxed command", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const fields = { timeoutMs: 200 };
  await startSandboxed(peer, ["sleep", "60"], { cwd: room.path, fields });
  const { exitCode } = await sandboxedOutcome(peer);
  assertEquals(exitCode, 137);
});

sandboxedTest("input reaches a sandboxed command, and so does its end", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const fields = { pipeStdin: true };
  await startSandboxed(peer, ["cat"], { cwd: room.path, fields });
  const chunk = new TextEncoder().encode("hello").toBase64();
  await peer.call("process/write", { processId: "p", chunk, writeId: "w" });
  await peer.call("process/closeStdin", { processId: "p" });
  const { exitCode, stdout } = await sandboxedOutcome(peer);
  assertEquals([exitCode, stdout], [0, "hello"]);
});

sandboxedTest("twenty megabytes come out of a sandbox complete", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const { exitCode, events } = await shSandboxed(peer, "head -c 20971520 /dev/zero", {
    cwd: room.path,
  });
  const bytes = events.reduce(
    (sum, event) =>
      event.kind === "output" ? sum + Uint8Array.fromBase64(event.chunk).byteLength : sum,
    0,
  );
  assertEquals([exitCode, bytes], [0, 20_971_520]);
});

sandboxedTest("arguments and arg0 arrive as they are, empty ones too", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const script = 'for word in "$0" "$@"; do printf "<%s>" "$word"; done';
  const argv = ["/bin/sh", "-c", script, "", "a b", "", "ü\n", "--", "-x"];
  const { stdout } = await runSandboxed(peer, argv, { cwd: room.path, fields: { arg0: "other" } });
  assertEquals(stdout, "<><a b><><ü\n><--><-x>");
  const named = await runSandboxed(peer, ["/bin/sh", "-c", "head -zn1 /proc/$$/cmdline"], {
    cwd: room.path,
    processId: "named",
    fields: { arg0: "-odd name" },
  });
  assertEquals(named.stdout, "-odd name\0");
});

sandboxedTest("a hundred sandboxed commands at once all end well", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const ids = Array.from({ length: 100 }, (_, at) => `p${at}`);
  const outcomes = await Promise.all(
    ids.map((processId) => shSandboxed(peer, `echo ${processId}`, { cwd: room.path, processId })),
  );
  assertEquals(outcomes.map(({ stdout }) => stdout), ids.map((id) => `${id}\n`));
  assert(outcomes.every(({ exitCode }) => exitCode === 0));
  assertEquals([...Deno.readDirSync(room.path)], []);
});
