/** What the simulation's checker must find: each kind of wrong is done on purpose. @module */
import { assertEquals, assertMatch } from "@std/assert";
import type { ChildListener, SpawnRequest } from "../../server/process/spawner.ts";
import { calmPlan } from "./calm_plan.ts";
import type { Tamper } from "./network.ts";
import { type Outcome, runSchedule, type ScheduleOptions } from "./run_schedule.ts";
import type { SimulatedChild } from "./simulated_child.ts";
import { SimulatedSpawner } from "./simulated_spawner.ts";

/** Changes what arrives the first time that it matches. */
function once(pattern: RegExp, change: (text: string) => readonly string[]): Tamper {
  let isDone = false;
  return (_, text) => {
    if (isDone || !pattern.test(text)) return [text];
    isDone = true;
    return change(text);
  };
}

async function outcomeOf(options: ScheduleOptions): Promise<Outcome> {
  return await runSchedule(11, { change: () => calmPlan, ...options });
}

/** Runs the calm schedule with something wrong, which must be found. */
async function assertFound(options: ScheduleOptions, wanted: RegExp): Promise<void> {
  const { violations } = await outcomeOf(options);
  assertMatch(violations.join("\n"), wanted);
}

class TwiceSpawner extends SimulatedSpawner {
  override spawn(request: SpawnRequest, listener: ChildListener): SimulatedChild {
    super.spawn(request, { ...listener, output: () => {}, exited: () => {}, closed: () => {} });
    return super.spawn(request, listener);
  }
}

class ClingingSpawner extends SimulatedSpawner {
  override spawn(request: SpawnRequest, listener: ChildListener): SimulatedChild {
    return super.spawn(request, { ...listener, closed: () => {} });
  }
}

Deno.test("The calm schedule itself is all right", async () => {
  const { violations, programs, printedBytes } = await outcomeOf({});
  assertEquals({ violations, programs, printedBytes }, {
    violations: [],
    programs: 1,
    printedBytes: 170,
  });
});

Deno.test("An answer that is dropped silently is found", async () => {
  const tamper = once(/"status":"accepted"/, () => []);
  await assertFound({ tamper }, /still waiting: .*write/);
});

Deno.test("A close that is dropped silently is found", async () => {
  await assertFound({ tamper: once(/process\/closed/, () => []) }, /still waiting: .*reader/);
});

Deno.test("Output that comes in place of the real one is found", async () => {
  const forge = (text: string) => [text.replace(/"chunk":"[^"]*"/, '"chunk":"AAAA"'), text];
  await assertFound({ tamper: once(/process\/output/, forge) }, /wrong bytes at 0/);
});

Deno.test("Output that comes twice under two numbers is found", async () => {
  let added = 0;
  const tamper: Tamper = (to, text) => {
    if (to !== "client" || !text.includes('"method":"process/')) return [text];
    const renumbered = text.replace(/"seq":(\d+)/, (_, seq) => `"seq":${Number(seq) + added}`);
    if (added > 0 || !text.includes("process/output")) return [renumbered];
    added = 1;
    return [text, text.replace('"seq":1', '"seq":2')];
  };
  await assertFound({ tamper }, /wrong bytes|of \d+ bytes on stdout/);
});

Deno.test("Output that is cut short is found", async () => {
  const forge = (text: string) => [text.replace(/"chunk":"[^"]*"/, '"chunk":""')];
  await assertFound({ tamper: once(/process\/output/, forge) }, /wrong bytes|bytes on stdout/);
});

Deno.test("A wrong exit code is found", async () => {
  const forge = (text: string) => [text.replace('"exitCode":7', '"exitCode":0')];
  await assertFound({ tamper: once(/process\/exited/, forge) }, /ended with 0, not 7/);
});

Deno.test("A program that is started twice is found", async () => {
  const makeSpawner = (...parts: ConstructorParameters<typeof SimulatedSpawner>) =>
    new TwiceSpawner(...parts);
  await assertFound({ makeSpawner }, /started 2 times/);
});

Deno.test("Input that is written twice is found", async () => {
  const forge = (text: string) => [
    text,
    text.replace(/"writeId":"\d+"/, '"writeId":"again"').replace(/"id":\d+/, '"id":999'),
  ];
  await assertFound({ tamper: once(/process\/write/, forge) }, /got wrong input/);
});

Deno.test("A process whose end is never told is found", async () => {
  const makeSpawner = (...parts: ConstructorParameters<typeof SimulatedSpawner>) =>
    new ClingingSpawner(...parts);
  await assertFound({ makeSpawner }, /still waiting: status/);
});

Deno.test("A failure that no fault explains is found", async () => {
  const forge = () => ["this is not JSON"];
  await assertFound({ tamper: once(/process\/output/, forge) }, /fails with protocol/);
});
