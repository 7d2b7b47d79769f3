/** One process: what it announces, in which words, and when it slows its program down. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { limits } from "../../../protocol/limits.ts";
import { type Base64Text, joinBase64 } from "../../../protocol/transport/transport.ts";
import type { Deadlines } from "../../../server/process/deadlines.ts";
import { type Outlet, Process } from "../../../server/process/process.ts";
import { SpawnError } from "../../../server/process/spawner.ts";
import { type FakeChild, FakeSpawner } from "../../support/fake_child.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** Keeps the texts, and is congested when told so. */
class FakeOutlet implements Outlet {
  readonly texts: string[] = [];
  isCongested = false;
  readonly relief: (() => void)[] = [];

  notify(text: string): void {
    this.texts.push(text);
  }

  notifyBase64(text: Base64Text): void {
    this.texts.push(joinBase64(text));
  }

  onRelief(action: () => void): void {
    this.relief.push(action);
  }
}

interface Started {
  readonly process: Process;
  readonly child: FakeChild;
  readonly outlet: FakeOutlet;
  readonly clock: FakeClock;
  readonly closings: string[];
}

interface Fields {
  readonly pipeStdin?: boolean;
  readonly terminal?: { readonly rows: number; readonly cols: number };
  readonly deadlines?: Deadlines;
}

function start(id = "p", fields: Fields = {}): Started {
  const { pipeStdin = false, terminal, deadlines = {} } = fields;
  const spawner = new FakeSpawner();
  const clock = new FakeClock();
  const outlet = new FakeOutlet();
  const closings: string[] = [];
  const request = { program: "x", argv: ["x"], cwd: "/", env: new Map(), pipeStdin, terminal };
  const onClosed = () => closings.push(process.state.kind);
  const options = { spawner, request, outlet, clock, deadlines, onClosed };
  const process = new Process(id, options);
  return { process, child: spawner.last, outlet, clock, closings };
}

Deno.test("a process announces output, exit and close in exactly the reference's shape", () => {
  const { process, child, outlet, closings } = start();
  child.print("hi");
  child.print("oh", "stderr");
  child.exit(3);
  child.print("late");
  child.close();
  assertEquals(outlet.texts, [
    '{"method":"process/output","params":{"processId":"p","seq":1,"stream":"stdout","chunk":"aGk="}}',
    '{"method":"process/output","params":{"processId":"p","seq":2,"stream":"stderr","chunk":"b2g="}}',
    '{"method":"process/exited","params":{"processId":"p","seq":3,"exitCode":3,"sandboxDenied":false}}',
    '{"method":"process/output","params":{"processId":"p","seq":4,"stream":"stdout","chunk":"bGF0ZQ=="}}',
    '{"method":"process/closed","params":{"processId":"p","seq":5}}',
  ]);
  assertEquals([process.state, closings], [{ kind: "closed", exitCode: 3 }, ["closed"]]);
});

for (const id of ["", 'a"b\\c\n', "é😀", "__proto__"]) {
  Deno.test(`a process named ${JSON.stringify(id)} announces itself in valid JSON`, () => {
    const { child, outlet } = start(id);
    child.print("x");
    child.exit(0);
    child.close();
    const names = outlet.texts.map((text) => JSON.parse(text).params.processId);
    assertEquals(names, [id, id, id]);
  });
}

Deno.test("a process can be read as exited from the moment it says so", () => {
  const { process, child } = start();
  const states: string[] = [];
  process.log.onNextEvent(() => states.push(process.state.kind));
  child.exit(0);
  process.log.onNextEvent(() => states.push(process.state.kind));
  child.close();
  assertEquals(states, ["exited", "closed"]);
});

Deno.test("a process stops its program's output while the receiver is far behind", () => {
  const { child, outlet } = start();
  outlet.isCongested = true;
  child.print("a");
  assertEquals([child.isPaused, outlet.relief.length], [true, 1]);
  outlet.isCongested = false;
  for (const action of outlet.relief) action();
  assertEquals(child.isPaused, false);
  child.print("b");
  assertEquals([child.isPaused, outlet.texts.length], [false, 2]);
});

Deno.test("a process has standard input only when asked for", () => {
  assertEquals(start("p").process.stdin, undefined);
  const { process, child } = start("p", { pipeStdin: true });
  process.stdin?.write("w", new TextEncoder().encode("in"), AbortSignal.abort());
  assertEquals(child.stdinText, "in");
});

Deno.test("a process passes its program's readiness to its standard input", () => {
  const { process, child } = start("p", { pipeStdin: true });
  child.stdinRoom = 0;
  process.stdin?.write("w", new TextEncoder().encode("in"), new AbortController().signal);
  child.drainStdin();
  assertEquals(child.stdinText, "in");
});

Deno.test("a killed process answers the writes that wait, and takes no more", async () => {
  const { process, child } = start("p", { pipeStdin: true });
  const { signal } = new AbortController();
  child.stdinRoom = 0;
  for (let i = 0; i < limits.queuedWrites; i++) {
    process.stdin?.write(`${i}`, new Uint8Array(1), signal);
  }
  const waiting = process.stdin?.write("w", new Uint8Array(1), signal);
  process.kill();
  assertEquals(child.signals, [9]);
  assertEquals(await waiting, "killed");
  child.exit(137);
  child.close();
  assertEquals(process.stdin?.write("x", new Uint8Array(1), signal), "killed");
});

Deno.test("a closed process is not killed again", () => {
  const { process, child } = start();
  child.exit(0);
  process.kill();
  child.close();
  process.kill();
  assertEquals(child.signals, [9]);
});

Deno.test("a program that cannot be started throws, and announces nothing", () => {
  const spawner = new FakeSpawner();
  spawner.refusal = "No such file or directory (os error 2)";
  const outlet = new FakeOutlet();
  const plain = { clock: new FakeClock(), deadlines: {}, onClosed: () => {} };
  const request = { program: "x", argv: ["x"], cwd: "/", env: new Map(), pipeStdin: true };
  assertThrows(
    () => new Process("p", { ...plain, spawner, request, outlet }),
    SpawnError,
    "No such file or directory (os error 2)",
  );
  assertEquals(outlet.texts, []);
});

Deno.test("a process in pipes reports a signal as 128 + n, one in a terminal as plain failure", () => {
  const size = { rows: 24, cols: 80 };
  for (const [fields, exitCode] of [[{}, 143], [{ terminal: size }, 1]] as const) {
    const { process, child } = start("p", fields);
    child.exit(0, 15);
    assertEquals(process.state, { kind: "exited", exitCode });
  }
});

Deno.test("a process in a terminal takes input and sizes, one in pipes no sizes", () => {
  const { process, child } = start("p", { terminal: { rows: 24, cols: 80 } });
  process.stdin?.write("w", new TextEncoder().encode("in"), new AbortController().signal);
  assertEquals([process.resize({ rows: 5, cols: 6 }), child.sizes], [true, [{ rows: 5, cols: 6 }]]);
  assertEquals(child.stdinText, "in");
  assertEquals(start("p").process.resize({ rows: 5, cols: 6 }), false);
});

Deno.test("a process that is asked to end has its grace, and is killed after it", () => {
  const { process, child, clock } = start();
  process.terminate(500);
  process.terminate(1);
  assertEquals([child.isCondemned, child.signals], [true, [15, 18]]);
  clock.advance(499);
  assertEquals(child.signals, [15, 18]);
  clock.advance(1);
  assertEquals([child.signals, clock.pending], [[15, 18, 9], 0]);
});

Deno.test("a process that ends in its grace is not killed", () => {
  const { process, child, clock } = start();
  process.terminate(500);
  child.exit(0);
  child.close();
  assertEquals([child.signals, clock.pending], [[15, 18], 0]);
});

Deno.test("a process that takes too long is killed, and its exit says why", () => {
  const { process, child, clock, outlet } = start("p", { deadlines: { timeoutMs: 500 } });
  clock.advance(400);
  child.print("busy");
  clock.advance(100);
  assertEquals(child.signals, [9]);
  child.exit(0, 9);
  child.close();
  const reason = "killed by timeout after 500 ms";
  assertEquals(process.reason, reason);
  assertEquals(JSON.parse(outlet.texts[1] ?? "").params, {
    processId: "p",
    seq: 2,
    exitCode: 137,
    sandboxDenied: false,
    reason,
  });
});

Deno.test("a process that is silent too long is killed; output and input count as life", () => {
  const { process, child, clock } = start("p", { deadlines: { idleTimeoutMs: 100 } });
  for (let i = 0; i < 5; i++) {
    clock.advance(60);
    if (i % 2 === 0) child.print("x");
    else process.touch();
  }
  clock.advance(99);
  assertEquals(child.signals, []);
  clock.advance(1);
  assertEquals([child.signals, process.reason], [
    [9],
    "killed by idle timeout after 100 ms without output or input",
  ]);
});

Deno.test("a closed process is watched no longer", () => {
  const deadlines = { timeoutMs: 500, idleTimeoutMs: 100 };
  const { process, child, clock } = start("p", { deadlines });
  child.exit(0);
  child.close();
  assertEquals([clock.pending, process.reason], [0, undefined]);
});
