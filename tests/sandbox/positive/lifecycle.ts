/** How sandboxed commands begin and end: input, signals, terminals, and nothing left behind. @module */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pause, within } from "../../support/deadline.ts";
import type { Bench } from "./bench.ts";
import { checked, type PositiveCase } from "./case.ts";

const sh = String.raw;

/** Most milliseconds until a killed process is really gone. */
const GONE_MS = 5000;

/** In the order of a life. */
export const lifecycleCases: readonly PositiveCase[] = [
  checked("missing-program-is-127-or-refused", missingProgram),
  checked("standard-input", async (bench) => {
    const { stdout } = await bench.run("head -n 2", { stdin: "one\ntwo\n" });
    assertEquals(stdout, "one\ntwo\n");
  }),
  checked("arguments-and-environment", async (bench) => {
    const argv = ["/usr/bin/env", "sh", "-c", 'printf "%s|" "$X" "$@"', "n", "", "a b", "ü\n"];
    const { stdout } = await bench.run("", { argv, env: { X: "=1\ny" } });
    assertEquals(stdout, "=1\ny||a b|ü\n|");
  }),
  checked("terminal-has-job-control", jobControl, { needs: ["bash"] }),
  checked("terminal-is-the-controlling-one", async (bench) => {
    const { stdout } = await bench.run("echo via > /dev/tty; tty; stty size", { tty: true });
    assertStringIncludes(stdout, "via");
  }),
  checked("interrupt-runs-trap", (bench) => interrupt(bench, false)),
  checked("interrupt-runs-trap-in-terminal", (bench) => interrupt(bench, true)),
  checked("interrupt-ends-plain-command", async (bench) => {
    const id = await bench.start("echo up; exec sleep 60");
    await bench.printed(id, "up");
    await bench.peer.call("process/signal", { processId: id, signal: "interrupt" });
    const { exitCode } = await bench.follow(id);
    assertEquals(exitCode, 130);
  }),
  checked("terminate-ends-everything", async (bench) => {
    const id = await bench.start(daemons(bench, "echo up; sleep 60"));
    await bench.printed(id, "up");
    await bench.peer.call("process/terminate", { processId: id });
    await bench.follow(id);
    await gone(bench);
  }),
  checked("end-of-command-ends-everything", async (bench) => {
    const id = await bench.start(daemons(bench, "echo up"));
    await bench.follow(id);
    await gone(bench);
  }),
  checked("working-directory", async (bench) => {
    const { stdout } = await bench.run("pwd; cd src; pwd");
    assertEquals(stdout, `${bench.room.vars.WS}\n${bench.room.vars.WS}/src\n`);
  }),
  checked("nothing-is-left-in-a-workspace", async (bench) => {
    const workspace = `${bench.room.path}/empty`;
    await bench.run("true", { workspace });
    const names = [...Deno.readDirSync(workspace)].map(({ name }) => name);
    assertEquals(names, []);
  }),
  checked("outside-stays-as-it-was", async (bench) => {
    await bench.run("touch $OUT/x; rm -rf $OUT $HOME/.ssh; echo x > .codex/config.toml; true");
    assertEquals(await bench.host.damage(bench.room, ["ws/.git/"]), []);
  }),
  checked("big-output", async (bench) => {
    const { exitCode, stdout } = await bench.run("seq 300000 | tail -c 500000 | md5sum");
    assertEquals([exitCode, stdout.length > 30], [0, true]);
  }),
];

/** A case for a server of its own, as it ends it. */
export const lastCase: PositiveCase = checked("server-killed-ends-everything", async (bench) => {
  const id = await bench.start(daemons(bench, "echo up; sleep 60"));
  await bench.printed(id, "up");
  bench.server.kill();
  await within(bench.peer.ended, "the connection to end");
  await gone(bench);
});

/** A script that leaves children behind in every way there is. */
function daemons(bench: Bench, rest: string): string {
  const sleep = `sleep ${marker(bench)}`;
  return sh`trap '' HUP; (setsid setsid nohup ${sleep} >/dev/null 2>&1 &)
setsid ${sleep} >/dev/null 2>&1 & nohup ${sleep} >/dev/null 2>&1 & (${sleep} >/dev/null 2>&1 &)
i=0; while [ $(ps ax | grep -c '[s]leep ${
    marker(bench)
  }') -lt 4 ]; do i=$((i+1)); [ $i -lt 100 ] || break; done
${rest}`;
}

/** Seconds nobody else sleeps. */
function marker(bench: Bench): string {
  const { ROOM = "0" } = bench.room.vars;
  return `99${ROOM.padStart(4, "0")}${String(Deno.pid).slice(-4)}`;
}

/** Waits until no process of the machine has the room's marker. */
async function gone(bench: Bench): Promise<void> {
  const limit = performance.now() + GONE_MS;
  while (marked(bench) > 0) {
    // The kernel tells nobody when the last process of a namespace is gone.
    assert(performance.now() < limit, `${marked(bench)} processes outlived their command`);
    await pause(20);
  }
}

function marked(bench: Bench): number {
  let count = 0;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const words = Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0");
      if (words[0] === "sleep" && words[1] === marker(bench)) count++;
    } catch {
      // It ended meanwhile.
    }
  }
  return count;
}

async function missingProgram(bench: Bench): Promise<void> {
  const run = bench.run("", { argv: ["/no/such/program"] });
  // A refusal before the start does as well, when it names the program.
  const ending = await run.then(({ exitCode }) => `exit ${exitCode}`, String);
  assertMatch(ending, /^exit 127$|\/no\/such\/program/);
}

async function interrupt(bench: Bench, tty: boolean): Promise<void> {
  const text = `trap 'echo caught; exit 9' INT; echo up; while :; do sleep 0.1; done`;
  const id = await bench.start(text, { tty });
  await bench.printed(id, "up");
  await bench.peer.call("process/signal", { processId: id, signal: "interrupt" });
  const { exitCode, stdout } = await bench.follow(id);
  assertStringIncludes(stdout, "caught");
  assertEquals(exitCode, 9);
}

/** Ctrl-C hits the child and not the shell; stopped jobs go on. */
async function jobControl(bench: Bench): Promise<void> {
  const argv = ["/bin/bash", "--norc", "--noprofile", "-i"];
  // Keys are typed when somebody reads them: the shell that has said so, or a job that has begun.
  const env = { PS1: "prompt\\#> ", HISTFILE: "" };
  const id = await bench.start("", { argv, tty: true, env });
  await bench.printed(id, "prompt1> ");
  await bench.type(id, "sh -c 'echo re''ady; exec sleep 60'\n");
  await bench.printed(id, "ready");
  await bench.type(id, "\x03");
  await bench.printed(id, "prompt2> ");
  await bench.type(id, "echo sta''tus $?\n");
  assertStringIncludes(await bench.printed(id, "prompt3> "), "status 130");
  await bench.type(id, "sh -c 'echo be''gun; sleep 0.2; echo do''ne'\n");
  await bench.printed(id, "begun");
  await bench.type(id, "\x1a");
  assertStringIncludes(await bench.printed(id, "prompt4> "), "Stopped");
  await bench.type(id, "bg; wait; echo af''ter; exit 5\n");
  await bench.printed(id, "after");
  assertEquals((await bench.follow(id)).exitCode, 5);
}
