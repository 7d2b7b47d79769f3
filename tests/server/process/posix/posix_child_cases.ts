/** A running child: its standard input, signals, killing, late output, and what is left of it. @module */

import { assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { PosixSpawner } from "../../../../server/process/posix/posix_spawner.ts";
import { StdinBroken } from "../../../../server/process/spawner.ts";
import { fail } from "../../../support/trouble.ts";
import { childTest } from "../../../support/test_with_children.ts";
import { within } from "../../../support/deadline.ts";
import { makeFifo, writersGone } from "../../../support/fifo.ts";
import { startProgram, startScript } from "../../../support/real_child.ts";
import { Scratch } from "../../../support/scratch.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Whether the system still knows a process, a zombie included. */
function isKnown(pid: number): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}

childTest("what is written to standard input is read, up to its end", async () => {
  const child = startProgram(["cat"], { pipeStdin: true });
  assertEquals(child.child.write(bytes("hello ")), 6);
  assertEquals(child.child.write(bytes("world")), 5);
  await child.until(() => child.text() === "hello world");
  child.child.closeStdin();
  child.child.closeStdin();
  assertEquals(await child.exited, 0);
  await child.closed;
});

childTest("a full standard input takes part, and says when it takes more", async () => {
  const child = startScript("read go; cat | wc -c", { pipeStdin: true });
  const large = new Uint8Array(3_000_000).fill("x".charCodeAt(0));
  child.child.write(bytes("\n"));
  let sent = child.child.write(large);
  assertLess(sent, large.byteLength);
  assertGreater(sent, 0);
  while (sent < large.byteLength) {
    const told = child.events.length;
    await child.until(() => child.events.slice(told).includes("writable"));
    sent += child.child.write(large.subarray(sent));
  }
  child.child.closeStdin();
  await child.closed;
  assertEquals(child.text().trim(), "3000000");
});

childTest("a write fails when nobody reads any more, and closes our end", async () => {
  const child = startScript("exec <&-; echo closed; read x <&1", { pipeStdin: true });
  await child.line();
  assertThrows(() => child.child.write(bytes("a")), StdinBroken);
  assertThrows(() => child.child.write(bytes("a")), StdinBroken);
  child.child.kill();
  await child.closed;
});

childTest("a write that waits is told when its reader goes away", async () => {
  await using scratch = await Scratch.create();
  const go = await makeFifo(join(scratch.path, "go"));
  const child = startScript(`cat ${go} >/dev/null; exec 0<&-; sleep 60`, { pipeStdin: true });
  assertLess(child.child.write(new Uint8Array(3_000_000)), 3_000_000);
  await within(Deno.writeTextFile(go, "go"), "the program");
  await child.until(() => child.events.includes("writable"));
  assertThrows(() => child.child.write(bytes("a")), StdinBroken);
  child.child.kill();
  await child.closed;
});

childTest("a signal reaches the whole group", async () => {
  const child = startScript("trap 'echo told; exit 7' INT; sleep 60 & echo up; wait");
  await child.line();
  child.child.signalGroup(2);
  assertEquals(await child.exited, 7);
  // Background programs of a shell ignore interrupts, so the sleeper is killed.
  child.child.kill();
  await child.closed;
  assertEquals(child.text(), "up\ntold\n");
});

childTest("a kill asks nobody, and takes the whole group", async () => {
  await using scratch = await Scratch.create();
  const alive = await makeFifo(join(scratch.path, "alive"));
  const child = startScript(
    `trap '' TERM HUP INT; exec 9>${alive}; (trap '' TERM; sleep 60) & echo up; sleep 60`,
  );
  // Every process of the group holds the pipe, so its end is the end of all of them.
  const ends = writersGone(alive);
  await child.line();
  child.child.kill();
  assertEquals(await child.exited, 137);
  await child.closed;
  await ends;
});

childTest("a kill at once after the start takes the program", async () => {
  for (let round = 0; round < 10; round++) {
    const child = startProgram(["sleep", "60"]);
    child.child.kill();
    assertEquals(await child.exited, 137);
    await child.closed;
  }
});

childTest("late output is told after the exit, and the close last of all", async () => {
  await using scratch = await Scratch.create();
  const go = await makeFifo(join(scratch.path, "go"));
  const child = startScript(`(cat ${go} >/dev/null; echo late) & exit 5`);
  assertEquals(await child.exited, 5);
  assertEquals(child.events, ["exited 5"]);
  await within(Deno.writeTextFile(go, "go"), "the background program");
  await child.closed;
  assertEquals(child.events, ["exited 5", "stdout", "closed"]);
  assertEquals(child.text(), "late\n");
});

childTest("a kill after the exit takes what was left in the group", async () => {
  const child = startScript("sleep 60 & exit 0");
  assertEquals(await child.exited, 0);
  child.child.kill();
  await child.closed;
  assertEquals(child.events, ["exited 0", "closed"]);
});

childTest("a kill takes also a descendant that escaped into its own session", async () => {
  await using scratch = await Scratch.create();
  const alive = await makeFifo(join(scratch.path, "alive"));
  const child = startScript(
    `setsid sh -c 'exec 9>${alive}; trap "" TERM HUP; echo up; sleep 60; sleep 60' & wait`,
  );
  const ends = writersGone(alive);
  await child.line();
  child.child.kill();
  assertEquals(await child.exited, 137);
  await child.closed;
  await ends;
});

childTest("a paused program blocks, and nothing is lost when it goes on", async () => {
  const child = startProgram(["seq", "1", "300000"]);
  child.child.pauseOutput();
  child.child.pauseOutput();
  await child.until(() => true);
  for (let turn = 0; turn < 5; turn++) await Deno.stat("/");
  assertEquals(child.events, []);
  child.child.resumeOutput();
  child.child.resumeOutput();
  await child.closed;
  assertEquals(child.text().trimEnd().split("\n").length, 300_000);
});

childTest("a paused program that ends keeps its output for later", async () => {
  const child = startProgram(["echo", "kept"]);
  child.child.pauseOutput();
  assertEquals(await child.exited, 0);
  assertEquals(child.events, ["exited 0"]);
  child.child.resumeOutput();
  await child.closed;
  assertEquals([child.text(), child.events], ["kept\n", ["exited 0", "stdout", "closed"]]);
});

childTest("a listener may pause the program while it is told of output", async () => {
  const told: number[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const request = {
    program: "seq",
    argv: ["seq", "1", "300000"],
    cwd: "/",
    env: new Map([["PATH", "/usr/bin:/bin"]]),
    pipeStdin: false,
  };
  const child = new PosixSpawner({ isGuarded: false, onError: fail }).spawn(request, {
    output(_stream, { byteLength }) {
      told.push(byteLength);
      child.pauseOutput();
      queueMicrotask(() => child.resumeOutput());
    },
    exited() {},
    closed: resolve,
    writable() {},
  });
  await within(closed, "the close");
  const length = Array.from({ length: 300_000 }, (_, i) => `${i + 1}\n`.length);
  assertEquals(told.reduce((a, b) => a + b, 0), length.reduce((a, b) => a + b, 0));
});

childTest("a child is reaped when it is closed, and not before", async () => {
  await using scratch = await Scratch.create();
  const go = await makeFifo(join(scratch.path, "go"));
  const child = startScript(`cat ${go} >/dev/null & exit 0`);
  const { pid } = child.child;
  await child.exited;
  // The number must stay taken while its group may still be signalled.
  assertEquals(isKnown(pid), true);
  await within(Deno.writeTextFile(go, "go"), "the background program");
  await child.closed;
  assertEquals(isKnown(pid), false);
});

childTest("signals and kills after the close meet nobody", async () => {
  const child = startProgram(["true"], { pipeStdin: true });
  await child.closed;
  child.child.signalGroup(2);
  child.child.kill();
  child.child.pauseOutput();
  child.child.resumeOutput();
  child.child.closeStdin();
  assertThrows(() => child.child.write(bytes("a")), StdinBroken);
  assertEquals(child.events, ["exited 0", "closed"]);
});

childTest("two hundred programs later the server has as many descriptors as before", async () => {
  const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;
  const run = async (round: number) => {
    const child = startScript("cat", { pipeStdin: true });
    child.child.write(bytes("x"));
    if (round % 3 === 0) child.child.kill();
    else child.child.closeStdin();
    await child.closed;
    return child.child.pid;
  };
  await run(0);
  const before = descriptors();
  const pids: number[] = [];
  for (let round = 0; round < 200; round += 10) {
    pids.push(...await Promise.all(Array.from({ length: 10 }, (_, i) => run(round + i))));
  }
  assertEquals(descriptors(), before);
  assertEquals(pids.filter(isKnown), []);
});
