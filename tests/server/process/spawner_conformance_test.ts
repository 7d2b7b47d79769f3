/** What every spawner promises, asked of each; and what only one of them can do. @module */
import { fail } from "../../support/trouble.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import type { SpawnFailure } from "../../../protocol/methods/process_start.ts";
import { CommandSpawner } from "../../../server/process/command_spawner.ts";
import { loadLibc } from "../../../server/process/posix/libc.ts";
import { PosixSpawner } from "../../../server/process/posix/posix_spawner.ts";
import { type Spawner, SpawnError, StdinBroken } from "../../../server/process/spawner.ts";
import { makeFifo, writersGone } from "../../support/fifo.ts";
import { randomBytes } from "../../support/random_bytes.ts";
import { Scratch } from "../../support/scratch.ts";
import { SpawnedRun, type SpawnFields } from "./spawned_run.ts";

// It stays loaded for good, so no test may be the one that seems to leak it.
loadLibc();

const makers: Readonly<Record<string, () => Spawner>> = {
  posix: () => new PosixSpawner({ isGuarded: false, onError: fail }),
  command: () => new CommandSpawner(),
};

type Body = (run: (script: string, fields?: SpawnFields) => SpawnedRun) => Promise<void>;

/** Registers a promise of every spawner. */
function every(name: string, body: Body): void {
  for (const runner of Object.keys(makers)) only(runner, name, body);
}

/** Registers a promise of one spawner. */
function only(runner: string, name: string, body: Body): void {
  Deno.test(`the ${runner} spawner ${name}`, async () => {
    using spawner = makerOf(runner)();
    await body((script, fields) => new SpawnedRun(spawner, ["/bin/sh", "-c", script], fields));
  });
}

every("tells output, one exit and one end, in this order", async (run) => {
  const child = run("echo out; echo err >&2; exit 3");
  await child.closed;
  assertEquals([child.text("stdout"), child.text("stderr")], ["out\n", "err\n"]);
  assertEquals(child.status, { code: 3, signal: 0 });
  assertEquals(child.events.filter((event) => event !== "output"), ["exited", "closed"]);
});

every("tells the signal that ended a program", async (run) => {
  for (const [name, signal] of [["TERM", 15], ["KILL", 9], ["SEGV", 11], ["HUP", 1]] as const) {
    const child = run(`ulimit -c 0; kill -${name} $$`);
    await child.closed;
    assertEquals(child.status, { code: 0, signal });
  }
});

every("tells an exit code above 128 from a signal", async (run) => {
  const child = run("exit 137");
  await child.closed;
  assertEquals(child.status, { code: 137, signal: 0 });
});

every("gives a program a session and a group of its own", async (run) => {
  const child = run("ps -o pid=,pgid=,sid= -p $$; :");
  await child.closed;
  const ids = child.text("stdout").trim().split(/\s+/).map(Number);
  assertEquals(ids, [child.pid, child.pid, child.pid]);
});

every("gives a program exactly the environment asked for", async (run) => {
  const env = { A: "1", EMPTY: "", "odd name": "ü=\n" };
  const child = run("", { argv: ["/usr/bin/env", "-0"], env });
  await child.closed;
  const pairs = child.text("stdout").split("\0").sort();
  assertEquals(pairs, ["", "A=1", "EMPTY=", "odd name=ü=\n"]);
});

every("runs a program in its directory, and finds one beside it", async (run) => {
  await using scratch = await Scratch.create();
  await Deno.writeTextFile(join(scratch.path, "here"), "#!/bin/sh\npwd\n", { mode: 0o755 });
  const child = run("", { argv: ["./here"], cwd: scratch.path });
  await child.closed;
  assertEquals(child.text("stdout"), `${scratch.path}\n`);
});

every("searches a program in the PATH it is given", async (run) => {
  await using scratch = await Scratch.create();
  await Deno.writeTextFile(join(scratch.path, "only-here"), "#!/bin/sh\necho found\n", {
    mode: 0o755,
  });
  const child = run("", { argv: ["only-here"], env: { PATH: `/nowhere:${scratch.path}` } });
  await child.closed;
  assertEquals(child.text("stdout"), "found\n");
});

every("gives no input to a program unless asked to", async (run) => {
  const child = run("cat; echo over");
  await child.closed;
  assertEquals(child.text("stdout"), "over\n");
});

every("writes input and ends it", async (run) => {
  const child = run("cat; echo over", { pipeStdin: true });
  await child.writeAll(new TextEncoder().encode("line\n"));
  child.child.closeStdin();
  child.child.closeStdin();
  await child.closed;
  assertEquals(child.text("stdout"), "line\nover\n");
});

every("carries every byte there and back", async (run) => {
  const bytes = randomBytes(3_000_000, 5);
  const child = run("cat", { pipeStdin: true });
  await child.writeAll(bytes);
  child.child.closeStdin();
  await child.closed;
  assertEquals(await sha256(child.bytes("stdout")), await sha256(bytes));
});

every("takes no more input than there is room for", async (run) => {
  const child = run("exec sleep 60", { pipeStdin: true });
  const bytes = new Uint8Array(1_000_000);
  let taken = 0;
  for (let offer = 1; offer > 0 && taken < 4 * bytes.byteLength; taken += offer) {
    offer = child.child.write(bytes);
  }
  assertEquals(child.child.write(bytes), 0);
  child.child.kill();
  await child.closed;
});

every("says when nobody reads the input any more", async (run) => {
  const child = run("exec <&-; echo closed; exec sleep 60", { pipeStdin: true });
  await child.until((it) => it.text("stdout") === "closed\n");
  const error = await child.writeUntilBroken();
  assertEquals(error instanceof StdinBroken, true);
  child.child.kill();
  await child.closed;
});

every("delivers 20 MB of output", async (run) => {
  const child = run("head -c 20000000 /dev/zero | tr '\\0' x");
  await child.closed;
  const bytes = child.bytes("stdout");
  assertEquals([bytes.byteLength, bytes.every((byte) => byte === 120)], [20_000_000, true]);
});

every("reads nothing while it is paused, and everything afterwards", async (run) => {
  const child = run("echo first; read -r go; head -c 5000000 /dev/zero", { pipeStdin: true });
  await child.until((it) => it.text("stdout") === "first\n");
  child.child.pauseOutput();
  child.child.pauseOutput();
  await child.writeAll(new TextEncoder().encode("go\n"));
  // A second program has come and gone meanwhile: whatever can be read has been.
  const other = run("sleep 0.05");
  await other.closed;
  // One read may have been on its way.
  const early = child.bytes("stdout").byteLength;
  assertEquals(early < 1_000_000, true, `${early} bytes came`);
  child.child.resumeOutput();
  await child.closed;
  assertEquals(child.bytes("stdout").byteLength, "first\n".length + 5_000_000);
});

every("signals the whole group", async (run) => {
  await using scratch = await Scratch.create();
  const lifeline = await makeFifo(join(scratch.path, "lifeline"));
  const gone = writersGone(lifeline);
  const child = run(`exec 9>${lifeline}; sleep 60 & echo up; wait`);
  await child.until((it) => it.text("stdout") === "up\n");
  child.child.signalGroup(15);
  await gone;
  await child.closed;
  assertEquals(child.status, { code: 0, signal: 15 });
  child.child.signalGroup(9);
});

every("kills the whole group", async (run) => {
  await using scratch = await Scratch.create();
  const lifeline = await makeFifo(join(scratch.path, "lifeline"));
  const gone = writersGone(lifeline);
  const child = run(`exec 9>${lifeline}; trap '' TERM; (trap '' TERM; sleep 60) & echo up; wait`);
  await child.until((it) => it.text("stdout") === "up\n");
  child.child.kill();
  await child.closed;
  await gone;
  assertEquals(child.status, { code: 0, signal: 9 });
});

every("tells the exit while somebody else still holds the output", async (run) => {
  const child = run("exec 3<&0; sh -c 'read -r go <&3; echo late' & echo early; exit 0", {
    pipeStdin: true,
  });
  await child.exited;
  assertEquals([child.text("stdout"), child.events.includes("closed")], ["early\n", false]);
  await child.writeAll(new TextEncoder().encode("go\n"));
  await child.closed;
  assertEquals(child.text("stdout"), "early\nlate\n");
});

every("does not wait for whoever holds the output of a killed program", async (run) => {
  const child = run("setsid sh -c 'echo up; exec sleep 5' & wait");
  await child.until((it) => it.text("stdout") === "up\n");
  child.child.kill();
  await child.closed;
  assertEquals(child.status?.signal, 9);
});

every("has no size to change without a terminal", async (run) => {
  const child = run("exec sleep 60");
  assertEquals(child.child.resize({ rows: 5, cols: 5 }), false);
  child.child.kill();
  await child.closed;
});

every("runs 50 programs side by side", async (run) => {
  const children = Array.from({ length: 50 }, (_, index) => run(`echo ${index}; exit ${index}`));
  await Promise.all(children.map((child) => child.closed));
  assertEquals(
    children.map((child) => [child.text("stdout"), child.status?.code]),
    Array.from({ length: 50 }, (_, index) => [`${index}\n`, index]),
  );
});

const refusals: readonly (SpawnFields & { readonly name: string; readonly is: SpawnFailure })[] = [
  {
    name: "a missing program",
    argv: ["/no/such/program"],
    is: { kind: "programNotFound", errno: 2, stage: "exec" },
  },
  {
    name: "a program that may not be executed",
    argv: ["/etc/passwd"],
    is: { kind: "notExecutable", errno: 13, stage: "exec" },
  },
  {
    name: "a missing directory",
    argv: ["/bin/true"],
    cwd: "/no/such/directory",
    is: { kind: "cwdNotFound", errno: 2, stage: "chdir" },
  },
];

for (const { name, is, ...fields } of refusals) {
  every(`says what is wrong with ${name}`, (run) => {
    const error = assertThrows(() => run("", fields), SpawnError);
    assertEquals(error.failure, is);
    return Promise.resolve();
  });
}

for (
  const [name, fields] of Object.entries({
    "a file as directory": { argv: ["/bin/true"], cwd: "/etc/passwd" },
    "a zero byte in an argument": { argv: ["/bin/echo", "a\0b"] },
    "a zero byte in the environment": { argv: ["/bin/true"], env: { A: "a\0b" } },
    "an empty name": { argv: [""] },
    "too many arguments": { argv: ["/bin/true", ...Array<string>(40).fill("x".repeat(120_000))] },
    "a name that is in no directory of PATH": { argv: ["no-such-program-here"] },
  })
) {
  every(`refuses ${name}`, (run) => {
    assertThrows(() => run("", fields), SpawnError);
    return Promise.resolve();
  });
}

for (const runner of Object.keys(makers)) {
  Deno.test(`the ${runner} spawner ends what still runs when it is disposed of`, async () => {
    const spawner = makerOf(runner)();
    const child = new SpawnedRun(spawner, ["/bin/sh", "-c", "echo up; exec sleep 60"]);
    await child.until((it) => it.text("stdout") === "up\n");
    spawner[Symbol.dispose]();
    await child.closed;
    assertEquals(child.status, { code: 0, signal: 9 });
  });
}

only("posix", "gives a program three descriptors and no more", async (run) => {
  const child = run("ls /proc/$$/fd");
  await child.closed;
  assertEquals(child.text("stdout"), "0\n1\n2\n");
});

only("posix", "gives a program a name of its own", async (run) => {
  const child = run("", { argv: ["/bin/sh", "-c", "echo $0"], arg0: "other" });
  await child.closed;
  assertEquals(child.text("stdout"), "other\n");
});

only("posix", "gives a program a terminal", async (run) => {
  const child = run("stty size; test -t 2", { terminal: { rows: 10, cols: 20 } });
  await child.closed;
  assertEquals([child.text("pty"), child.status?.code], ["10 20\r\n", 0]);
});

only("posix", "kills what has left the group, too", async (run) => {
  await using scratch = await Scratch.create();
  const lifeline = await makeFifo(join(scratch.path, "lifeline"));
  const gone = writersGone(lifeline);
  const child = run(`exec 9>${lifeline}; setsid sh -c 'echo up; exec sleep 60' & wait`);
  await child.until((it) => it.text("stdout") === "up\n");
  child.child.kill();
  await child.closed;
  await gone;
});

only("posix", "keeps the supplementary groups", async (run) => {
  const child = run("id -G");
  await child.closed;
  const mine = await new Deno.Command("id", { args: ["-G"] }).output();
  assertEquals(child.text("stdout"), new TextDecoder().decode(mine.stdout));
});

only("command", "refuses a name that is not the program's", (run) => {
  assertThrows(() => run("", { argv: ["/bin/true"], arg0: "other" }), SpawnError);
  return Promise.resolve();
});

Deno.test("only the posix spawner has terminals", () => {
  const has = Object.keys(makers).map((runner) => {
    using spawner = makerOf(runner)();
    return [runner, spawner.hasTerminals];
  });
  assertEquals(has, [["posix", true], ["command", false]]);
});

function makerOf(runner: string): () => Spawner {
  const make = makers[runner];
  if (make === undefined) throw new Error(`There is no ${runner} spawner`);
  return make;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
