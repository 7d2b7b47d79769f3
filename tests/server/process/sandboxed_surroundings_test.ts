/** Environment, terminal and descriptors of sandboxed commands, and what is left when the server dies. @module */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { within } from "../../support/deadline.ts";
import { toBase64 } from "../../support/process_calls.ts";
import { disabledSandbox } from "../../support/sandbox_intents.ts";
import {
  printed,
  runSandboxed,
  sandboxedTest,
  shSandboxed,
  startSandboxed,
  workspaceSandbox,
} from "../../support/sandboxed.ts";
import { sessionIdOf } from "../../support/peer.ts";
import { Scratch } from "../../support/scratch.ts";
import { launchServer } from "../../support/server_process.ts";
import { sharedServer } from "../../support/shared_server.ts";

const server = sharedServer();

sandboxedTest("odd variables arrive as they are, and nothing of the server's does", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const env = {
    "odd name.": "a\nb",
    EMPTY: "",
    "ü": "é\t'\"$x",
    LINES: "--bind\n/\n/etc",
    LONG: "x".repeat(100_000),
    PATH: "/usr/bin:/bin",
  };
  const { stdout } = await runSandboxed(peer, ["env", "-0"], { cwd: room.path, env });
  const seen = Object.fromEntries(
    stdout.split("\0").filter((line) => line !== "").map((line) => {
      const end = line.indexOf("=");
      return [line.slice(0, end), line.slice(end + 1)];
    }),
  );
  // Bubblewrap says where it has gone.
  assertEquals(seen, { ...env, PWD: room.path });
});

sandboxedTest("two thousand variables arrive, and more are refused", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`V${at}`, "x"]));
  const script = "env | grep -c ^V";
  const { stdout } = await shSandboxed(peer, script, { cwd: room.path, env: many(2000) });
  assertEquals(stdout, "2000\n");
  const { code, message } = await peer.refused("process/start", {
    processId: "more",
    argv: ["true"],
    cwd: `file://${room.path}`,
    env: many(3000),
    tty: false,
    sandbox: workspaceSandbox(room.path),
  });
  assertEquals(code, -32602);
  assertStringIncludes(message, "more than the 8000 that can be passed on");
  assertEquals([...Deno.readDirSync(room.path)], []);
});

sandboxedTest("a library that the command is to load is loaded inside only", async () => {
  await using room = await Scratch.create();
  await using out = await Scratch.create();
  const source = `#include <stdio.h>
__attribute__((constructor)) static void begin(void) {
  FILE *file = fopen("${out.path}/loaded", "w");
  if (file) fclose(file);
  if (fopen("${room.path}/inside", "w")) puts("loaded");
}`;
  await Deno.writeTextFile(`${room.path}/l.c`, source);
  const made = await new Deno.Command("gcc", {
    args: ["-shared", "-fPIC", "-o", `${room.path}/l.so`, `${room.path}/l.c`],
  }).output().catch(() => undefined);
  // There is no compiler.
  if (made?.success !== true) return;
  await using peer = await server().session();
  const env = { LD_PRELOAD: `${room.path}/l.so`, LD_LIBRARY_PATH: room.path };
  const { stdout } = await runSandboxed(peer, ["/usr/bin/true"], { cwd: room.path, env });
  assertEquals(stdout, "loaded\n");
  assertEquals([...Deno.readDirSync(out.path)], []);
});

sandboxedTest("a shell in a sandboxed terminal has job control", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const fields = { tty: true };
  const env = { PS1: "ready> ", HISTFILE: "", HOME: "/nonexistent" };
  const run = { cwd: room.path, fields, env };
  await startSandboxed(peer, ["bash", "--norc", "--noprofile", "-i"], run);
  const shown = await printed(peer, "ready> ");
  assert(!shown.includes("job control"), shown);
  let writes = 0;
  const type = (text: string) =>
    peer.call("process/write", {
      processId: "p",
      chunk: toBase64(text),
      writeId: String(++writes),
    });
  await type("sh -c 'echo be''gun; exec sleep 60'\n");
  // A key meets the job in the foreground, once it is there.
  await printed(peer, "begun");
  await type("\x1a");
  await printed(peer, "Stopped");
  await type("jobs; kill %1; wait; echo go''ne; tty; stty size\n");
  const rest = await printed(peer, "24 80");
  assertStringIncludes(rest, "gone");
  await peer.call("process/resize", { processId: "p", rows: 33, cols: 99 });
  await type("stty size\n");
  await printed(peer, "33 99");
  await type("exit 5\n");
  const { params } = await peer.notification("process/exited");
  assertEquals(params?.exitCode, 5);
});

sandboxedTest("a program in a sandboxed terminal is told of a new size", async () => {
  await using room = await Scratch.create();
  await using peer = await server().session();
  const script = "trap 'stty size; exit 3' WINCH; echo ready; while :; do sleep 0.02; done";
  const run = { cwd: room.path, fields: { tty: true } };
  await startSandboxed(peer, ["sh", "-c", script], run);
  await printed(peer, "ready");
  await peer.call("process/resize", { processId: "p", rows: 11, cols: 22 });
  await printed(peer, "11 22");
  const { params } = await peer.notification("process/exited");
  assertEquals(params?.exitCode, 3);
});

sandboxedTest(
  "a start that is asked for again by a client with extensions is one start",
  async () => {
    await using room = await Scratch.create();
    const open = async (resumeSessionId?: string) => {
      const peer = await server().connect();
      const hello = { clientName: "tests", extensions: true, resumeSessionId };
      const sessionId = sessionIdOf(await peer.call("initialize", hello));
      peer.send({ method: "initialized" });
      return { peer, sessionId };
    };
    const first = await open();
    const argv = ["sh", "-c", "echo x >> runs; sleep 0.3"];
    const started = await startSandboxed(first.peer, argv, { cwd: room.path });
    await first.peer.drop();
    const { peer } = await open(first.sessionId);
    await using _ = peer;
    assertEquals(await startSandboxed(peer, argv, { cwd: room.path }), started);
    await peer.notification("process/closed");
    assertEquals(await Deno.readTextFile(`${room.path}/runs`), "x\n");
  },
);

sandboxedTest("two hundred starts, failing ones among them, leave no descriptor open", async () => {
  await using room = await Scratch.create();
  await Deno.symlink("/etc", `${room.path}/link`);
  await using own = await launchServer();
  await using peer = await own.session();
  const count = () => [...Deno.readDirSync(`/proc/${own.pid}/fd`)].length;
  const once = async (at: number) => {
    const run = { cwd: room.path, processId: `p${at}`, fields: { tty: at % 7 === 3 } };
    if (at % 5 === 0) await runSandboxed(peer, ["no-such"], run);
    else if (at % 5 === 1) await runSandboxed(peer, ["true"], { ...run, sandbox: disabledSandbox });
    else if (at % 5 === 2) {
      await peer.refused("process/start", {
        processId: run.processId,
        argv: ["true"],
        cwd: `file://${room.path}/${at % 2 === 0 ? "none" : "link"}`,
        env: at % 4 === 0 ? { TMPDIR: "/" } : {},
        tty: false,
        sandbox: {
          ...workspaceSandbox(room.path),
          policyContext: at % 2 === 0 ? {} : { cwd: "file:///C:/x" },
        },
      });
    } else await runSandboxed(peer, ["true"], run);
  };
  for (let at = 0; at < 10; at++) await once(at);
  const before = count();
  for (let at = 10; at < 210; at++) await once(at);
  assertEquals(count(), before);
});

sandboxedTest("a sandbox ends with its server, however that ends", async () => {
  await using room = await Scratch.create();
  await using own = await launchServer();
  await using peer = await own.session();
  const pulse = "while :; do date +%N > alive; sleep 0.02; done";
  const script = `setsid sh -c '${pulse}' >/dev/null 2>&1 & echo up; sleep 60`;
  await startSandboxed(peer, ["sh", "-c", script], { cwd: room.path });
  await printed(peer, "up");
  await own.endBy("SIGKILL");
  await using next = await server().session();
  await within(shSandboxed(next, "sleep 0.1", { cwd: room.path }), "a moment");
  await Deno.writeTextFile(`${room.path}/alive`, "seen");
  await shSandboxed(next, "sleep 0.2", { cwd: room.path, processId: "later" });
  assertEquals(await Deno.readTextFile(`${room.path}/alive`), "seen");
});
