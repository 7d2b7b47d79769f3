/** Control groups are made, limited and removed by the kernel's rules, or refused in a sentence. @module */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  canLimit,
  type CommandLimits,
  ControlGroups,
  LimitError,
} from "../../../server/sandbox/control_groups.ts";
import { Process } from "../../../server/process/process.ts";
import { Sandbox } from "../../../server/sandbox/sandbox.ts";
import type { SpawnRequest } from "../../../server/process/spawner.ts";
import { loadLibc, loadLinuxLibc } from "../../../server/process/posix/libc.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeSpawner } from "../../support/fake_child.ts";
import { type FakeGroupOptions, FakeGroups, fakeMount } from "../../support/fake_groups.ts";
import { disabledSandbox } from "../../support/sandbox_intents.ts";

// Loaded once for the whole program, which a test would be blamed for.
loadLibc();
loadLinuxLibc();

const PID = 100;
const own = "/user.slice/run.scope";
const home = `${fakeMount}${own}`;
const all = `${home}/exec-server-100`;
const both: CommandLimits = { memoryBytes: 512 * 2 ** 20, processes: 64 };
const request: SpawnRequest = {
  program: "/usr/bin/tool",
  argv: ["name", "-x"],
  cwd: "/",
  env: new Map([["A", "1"]]),
  pipeStdin: false,
};

function scene(options: FakeGroupOptions = {}) {
  const files = new FakeGroups({ own, ...options });
  return { files, pid: PID, root: "" };
}

function refusal(options: FakeGroupOptions): string {
  const verdict = canLimit(scene(options));
  assert("obstacle" in verdict);
  const thrown = assertThrows(() => new ControlGroups(both, { scene: scene(options) }), LimitError);
  assertEquals(
    thrown.message,
    `Cannot limit sandboxed commands: ${verdict.obstacle}; ${verdict.remedy}`,
  );
  return verdict.obstacle;
}

Deno.test("canLimit says yes where a group is delegated, and changes nothing", () => {
  const place = scene();
  assertEquals(canLimit(place), { ok: true });
  assertEquals(place.files.writes, []);
  assertEquals(place.files.paths, [home]);
});

Deno.test("limits are refused with the obstacle's name", () => {
  const v1 = ["4:memory:/", "3:pids,cpu:/"];
  assertEquals(
    refusal({ controllers: [], v1 }),
    "the controllers memory and pids belong to cgroup v1 on this machine (hybrid)",
  );
  assertEquals(
    refusal({ controllers: ["pids"] }),
    "its control group was not given the controller memory",
  );
  assertEquals(
    refusal({ mount: "/ /sys/fs/cgroup rw - cgroup none rw,pids" }),
    [
      "this machine has no cgroup v2",
    ][0],
  );
  assertEquals(
    refusal({ mount: `/other ${fakeMount} rw - cgroup2 none rw` }),
    `its control group "${own}" is not among what is mounted`,
  );
  assertEquals(refusal({ isReadOnly: true }), "its control group is not delegated to it");
  assertEquals(
    refusal({ members: [PID, 7] }),
    "process 7 (a ) b) is in its control group, too",
  );
  assertEquals(refusal({ members: [PID, 0] }), "process from outside is in its control group, too");
});

Deno.test("only the controllers of what is limited are needed", async () => {
  const place = scene({ controllers: ["pids"] });
  await using groups = new ControlGroups({ processes: 5 }, { scene: place });
  groups.hold(request).group.end();
  assertEquals(place.files.writes.filter((line) => line.includes("/command-")), [
    `${own}/exec-server-100/command-1/pids.max 5`,
  ]);
});

Deno.test("a group is found through a mount of part of the tree, also with blanks", () => {
  const mount = `/user.slice /sys/fs/c\\040g rw,ro shared:4 - cgroup2 none rw`;
  const verdict = canLimit(scene({ mount }));
  // It looks there, where the fake has nothing.
  assert("obstacle" in verdict);
  assertEquals(verdict.obstacle.includes("/sys/fs/c g/run.scope"), true);
});

Deno.test("the server moves itself and its children aside, and everything back at its end", async () => {
  const place = scene({ members: [PID, 101], parents: { 101: PID } });
  const { files } = place;
  const groups = new ControlGroups(both, { scene: place });
  assertEquals(files.read(`${home}/cgroup.procs`), "");
  assertEquals(files.read(`${all}/server/cgroup.procs`), "100\n101\n");
  assertEquals(files.read(`${home}/cgroup.subtree_control`), "memory pids");
  await groups[Symbol.asyncDispose]();
  assertEquals(files.paths, [home]);
  assertEquals(files.read(`${home}/cgroup.procs`), "100\n101\n");
  assertEquals(files.read(`${home}/cgroup.subtree_control`), "");
});

Deno.test("in the root of all groups the server stays where it is, strangers or not", async () => {
  const place = scene({ own: "", members: [1, 7, PID] });
  const groups = new ControlGroups(both, { scene: place });
  assertEquals(place.files.paths, [fakeMount, `${fakeMount}/exec-server-100`]);
  assertEquals(place.files.read(`${fakeMount}/cgroup.procs`), "1\n7\n100\n");
  await groups[Symbol.asyncDispose]();
  assertEquals(place.files.paths, [fakeMount]);
  assertEquals(place.files.read(`${fakeMount}/cgroup.subtree_control`), "");
});

Deno.test("controllers that were handed down already stay so", async () => {
  const place = scene({ own: "" });
  place.files.write(`${fakeMount}/cgroup.subtree_control`, "+pids");
  await new ControlGroups(both, { scene: place })[Symbol.asyncDispose]();
  assertEquals(place.files.read(`${fakeMount}/cgroup.subtree_control`), "pids");
});

Deno.test("a command gets a group with its limits, and enters it before it is itself", async () => {
  const place = scene();
  await using groups = new ControlGroups(both, { scene: place });
  const first = groups.hold(request);
  const second = groups.hold(request);
  const group = `${all}/command-1`;
  assertEquals(place.files.read(`${group}/memory.max`), "536870912");
  assertEquals(place.files.read(`${group}/memory.swap.max`), "0");
  assertEquals(place.files.read(`${group}/memory.oom.group`), "1");
  assertEquals(place.files.read(`${group}/pids.max`), "64");
  const { program, argv, ...rest } = first.request;
  assert(/^\/proc\/\d+\/fd\/\d+$/.test(program), program);
  assertEquals(argv, ["exec-server", `${group}/cgroup.procs`, "/usr/bin/tool", "name", "-x"]);
  assertEquals(rest, { cwd: "/", env: request.env, pipeStdin: false });
  assertEquals(second.request.program, program);
  assertEquals(second.request.argv[1], `${all}/command-2/cgroup.procs`);
});

Deno.test("a group is removed at the end of its command, or when its last process has gone", async () => {
  const place = scene();
  const { files } = place;
  await using groups = new ControlGroups(both, { scene: place });
  groups.hold(request).group.end();
  assertEquals(files.groups(all), ["server"]);
  const { group } = groups.hold(request);
  files.enter(`${all}/command-2`, 200);
  group.end();
  assertEquals(files.groups(all), ["server", "command-2"]);
  files.empty(`${all}/command-2`);
  await group.removed;
  assertEquals(files.groups(all), ["server"]);
  assertEquals([...files.watched], []);
});

Deno.test("a group whose limits cannot be set is removed, and the command refused", async () => {
  const place = scene();
  await using groups = new ControlGroups(both, { scene: place });
  place.files.write(`${all}/cgroup.subtree_control`, "-pids");
  const add = place.files.make.bind(place.files);
  place.files.make = (path) => {
    add(path);
    throw new Error("No space left on device");
  };
  assertThrows(() => groups.hold(request), Error, "Cannot limit the command: No space left");
  assertEquals(place.files.groups(all), ["server"]);
});

Deno.test("only a kill for the command's own limit of memory is told", async () => {
  const place = scene();
  await using groups = new ControlGroups(both, { scene: place });
  const { group } = groups.hold(request);
  const events = `${all}/command-1/memory.events`;
  assertEquals(group.killReason(), undefined);
  place.files.say(events, "low 0\nhigh 0\nmax 9\noom 1\noom_kill 0\noom_group_kill 0\n");
  assertEquals(group.killReason(), undefined);
  place.files.say(events, "low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\noom_group_kill 1\n");
  assertEquals(group.killReason(), undefined);
  place.files.say(events, "low 0\nhigh 0\nmax 9\noom 1\noom_kill 3\noom_group_kill 1\n");
  assertEquals(group.killReason(), "killed: it used more than 512 MiB of memory");
});

Deno.test("the end of the server kills what is left of commands", async () => {
  const place = scene();
  const groups = new ControlGroups(both, { scene: place });
  groups.hold(request);
  place.files.enter(`${all}/command-1`, 200);
  await groups[Symbol.asyncDispose]();
  assert(place.files.writes.includes(`${own}/exec-server-100/command-1/cgroup.kill 1`));
  assertEquals(place.files.paths, [home]);
});

Deno.test("the end of the server does not wait forever for what cannot be killed", async () => {
  const place = scene();
  const clock = new FakeClock();
  const groups = new ControlGroups(both, { scene: place, clock });
  groups.hold(request);
  place.files.enter(`${all}/command-1`, 200);
  place.files.write = () => {
    throw new Error("Operation not permitted");
  };
  const ended = groups[Symbol.asyncDispose]();
  clock.advance(2_000);
  await ended;
  assertEquals([...place.files.watched], []);
});

Deno.test("what a killed server left is removed, what lives is not", async () => {
  const place = scene();
  const { files } = place;
  files.live(50);
  for (const pid of [40, 50, 60, PID]) files.make(`${home}/exec-server-${pid}`);
  for (const name of ["server", "command-1"]) files.make(`${home}/exec-server-40/${name}`);
  files.make(`${home}/exec-server-60/server`);
  files.enter(`${home}/exec-server-60/server`, 61);
  files.make(`${home}/exec-server-other`);
  const groups = new ControlGroups(both, { scene: place });
  assertEquals(files.groups(home), [
    "exec-server-50",
    "exec-server-60",
    "exec-server-other",
    "exec-server-100",
  ]);
  // Its guardian ends a moment later.
  files.empty(`${home}/exec-server-60/server`);
  await groups[Symbol.asyncDispose]();
  // What lives needs what is handed down.
  assertEquals(files.read(`${home}/cgroup.subtree_control`), "memory pids");
  assertEquals(files.groups(home).includes("exec-server-60"), false);
});

Deno.test("a server that cannot make ready puts everything back", () => {
  const place = scene();
  const write = place.files.write.bind(place.files);
  place.files.write = (path, text) => {
    if (text.startsWith("+")) throw new Error("Device or resource busy");
    write(path, text);
  };
  assertThrows(
    () => new ControlGroups(both, { scene: place }),
    LimitError,
    "Cannot limit sandboxed commands: Device or resource busy",
  );
  assertEquals(place.files.paths, [home]);
  assertEquals(place.files.read(`${home}/cgroup.procs`), "100\n");
});

Deno.test("a process tells why the machine killed it, unless the server did before", () => {
  const told: unknown[] = [];
  for (const timeoutMs of [undefined, 5]) {
    const clock = new FakeClock();
    const spawner = new FakeSpawner();
    const process = new Process("p", {
      spawner,
      request,
      clock,
      outlet: { notify() {}, notifyBase64() {}, isCongested: false, onRelief() {} },
      deadlines: { timeoutMs, idleTimeoutMs: undefined },
      killReason: () => "killed: it used too much",
      onClosed() {},
    });
    assertEquals(process.reason, undefined);
    clock.advance(5);
    spawner.last.exit(0, 9);
    told.push(process.reason);
  }
  assertEquals(told, ["killed: it used too much", "killed by timeout after 5 ms"]);
});

Deno.test("every command with a sandbox object is limited, and none where no limit is set", async () => {
  const place = scene();
  await using groups = new ControlGroups(both, { scene: place });
  const findBubblewrap = () => Promise.reject(new Error("Nobody looks for it"));
  const parts = { system: "linux", home: undefined, hidden: [], findBubblewrap } as const;
  const wish = { intent: disabledSandbox, request, isNetworkManaged: false };
  using free = new Sandbox(parts);
  const plain = await free.hold(wish);
  assertEquals([plain.request, plain.killReason], [request, undefined]);
  using limited = new Sandbox({ ...parts, groups });
  const held = await limited.hold(wish);
  assertEquals(held.request.argv[1], `${all}/command-1/cgroup.procs`);
  assertEquals(held.killReason?.(), undefined);
  held.ended();
  assertEquals(place.files.groups(all), ["server"]);
});
