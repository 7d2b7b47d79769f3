/** A bubblewrap is looked for, tried as a whole, and never trusted without reason. @module */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { neededOptions } from "../../../sandbox/bubblewrap/options.ts";
import { SandboxRefusal } from "../../../sandbox/refusal.ts";
import { Containers } from "../../../server/sandbox/containers.ts";
import { findBubblewrap, PROBE_MS } from "../../../server/sandbox/find_bubblewrap.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeSpawner } from "../../support/fake_child.ts";
import { Scratch } from "../../support/scratch.ts";
import { putProgram, type Script, ScriptedSpawner } from "./scripted_bubblewrap.ts";

const confined = `Pid:	2
CapEff:	0000000000000000
CapBnd:	0000000000000000
NoNewPrivs:	1
Seccomp:	2
         0          0          1
    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
87 43 254:0 / / ro,nosuid,nodev,relatime - ext4 /dev/vda rw
`;
const options = [...neededOptions, "--disable-userns", "--bind-fd", "--ro-bind-fd"];
const help = { stdout: options.map((option) => `    ${option} X\n`).join("") };
const version = { stdout: "bubblewrap 0.11.0\n" };
const good: Script = { help, version, trials: [{ stdout: confined }] };

/** Where the usual place is, and another directory; `cases` is given both. */
function findTest(name: string, fn: (room: Room) => Promise<void>): void {
  Deno.test({
    name,
    // Libraries stay loaded.
    sanitizeResources: false,
    async fn() {
      await using scratch = await Scratch.create();
      using containers = new Containers(Deno.build.arch);
      const usual = `${scratch.path}/usual/bwrap`;
      const other = `${scratch.path}/other/bwrap`;
      await fn({ usual, other, path: `${scratch.path}/other`, containers });
    },
  });
}

interface Room {
  readonly usual: string;
  readonly other: string;
  /** PATH that leads to the other one. */
  readonly path: string;
  readonly containers: Containers;
}

function find({ usual, path, containers }: Room, spawner: ScriptedSpawner, clock?: FakeClock) {
  return findBubblewrap(containers, { usual, path, spawner, ...(clock ? { clock } : {}) });
}

async function refusalOf(
  room: Room,
  spawner: ScriptedSpawner,
  clock?: FakeClock,
): Promise<SandboxRefusal> {
  return await assertRejects(async () => await find(room, spawner, clock), SandboxRefusal);
}

findTest("the one in the usual place is tried as a whole and taken", async (room) => {
  const { usual } = room;
  await putProgram(usual);
  await putProgram(room.other);
  const spawner = new ScriptedSpawner({ [usual]: good });
  const found = await find(room, spawner);
  assertEquals(found.path, usual);
  assertEquals(found.version, "0.11.0");
  assert(found.disablesUserNamespaces && found.mountsDescriptors && found.hidesFirstProcess);
  assertEquals(spawner.runs, [`${usual} --help`, `${usual} --version`, `${usual} try`]);
  const [passed = ""] = spawner.passed;
  for (const option of ["--unshare-net", "--disable-userns", "--seccomp", "/proc/1/mem"]) {
    assertStringIncludes(passed, `${option}\0`);
  }
});

findTest("one that does not work is left for the next one on the server's PATH", async (room) => {
  await putProgram(room.usual);
  await putProgram(room.other);
  const bad: Script = { help: { stdout: "?" }, version };
  const spawner = new ScriptedSpawner({ [room.usual]: bad, [room.other]: good });
  assertEquals((await find(room, spawner)).path, room.other);
});

findTest("when none works, the first one's obstacle is told", async (room) => {
  await putProgram(room.usual);
  await putProgram(room.other);
  const denied = { stderr: "bwrap: setting up uid map: Permission denied\n", code: 1 };
  const spawner = new ScriptedSpawner({
    [room.usual]: { help, version, trials: [{ ...denied, hasRun: false }] },
    [room.other]: { help: {}, version: {} },
  });
  const { message, data, obstacle } = await refusalOf(room, spawner);
  assertEquals(obstacle, "unavailable");
  assertStringIncludes(message, "sandbox intent cannot be enforced on this executor: AppArmor");
  const sandbox = JSON.stringify(data);
  assertStringIncludes(sandbox, '"obstacle":"appArmor"');
  assertStringIncludes(sandbox, '"remedy":"');
});

findTest("relative directories of PATH are not looked at", async (room) => {
  const spawner = new ScriptedSpawner({});
  const { message } = await refusalOf({ ...room, path: "bin:.::" }, spawner);
  assertStringIncludes(message, "bubblewrap is not installed");
  assertEquals(spawner.runs, []);
});

findTest("what cannot be executed, or is a directory, is none", async (room) => {
  await putProgram(room.usual, 0o644);
  await Deno.mkdir(room.other, { recursive: true });
  assertStringIncludes((await refusalOf(room, new ScriptedSpawner({}))).message, "not installed");
});

findTest("what everybody may replace is not used, and the refusal says so", async (room) => {
  await putProgram(room.other);
  await Deno.chmod(room.path, 0o777);
  const spawner = new ScriptedSpawner({ [room.other]: good });
  const { message } = await refusalOf(room, spawner);
  assertStringIncludes(message, `"${room.other}" is not used because everybody may write`);
  assertEquals(spawner.runs, []);
  // In such a directory everybody may make files, and replace nobody else's.
  await Deno.chmod(room.path, 0o1777);
  assertEquals((await find(room, spawner)).path, room.other);
});

findTest("a link is judged by where it leads, too, and counts as one with it", async (room) => {
  await putProgram(room.other);
  await Deno.mkdir(room.usual.replace(/\/bwrap$/, ""));
  await Deno.symlink(room.other, room.usual);
  const spawner = new ScriptedSpawner({ [room.other]: good });
  assertEquals((await find(room, spawner)).path, room.other);
  await Deno.chmod(room.other, 0o757);
  assertStringIncludes((await refusalOf(room, spawner)).message, "everybody may write");
});

findTest("one that belongs to another user is not used", async (room) => {
  if (Deno.uid() !== 0) return;
  await putProgram(room.usual);
  await Deno.chown(room.usual, 1500, 1500);
  const { message } = await refusalOf(room, new ScriptedSpawner({ [room.usual]: good }));
  assertStringIncludes(message, "belongs to user 1500");
});

findTest("without the means to hide the first process it works all the same", async (room) => {
  await putProgram(room.usual);
  const words = "bwrap: Can't bind mount /oldroot/dev/null on /newroot/proc/1/mem: Not permitted\n";
  const failed = { stderr: words, code: 1, hasRun: false };
  const trials = [failed, { stdout: confined }];
  const spawner = new ScriptedSpawner({ [room.usual]: { help, version, trials } });
  assertEquals((await find(room, spawner)).hidesFirstProcess, false);
  assertEquals(spawner.passed.map((text) => text.includes("/proc/1/mem")), [true, false]);
});

findTest("where namespaces cannot be forbidden inside, the filter has to do", async (room) => {
  await putProgram(room.usual);
  const words = "bwrap: cannot open /proc/sys/user/max_user_namespaces: Read-only file system\n";
  const failed = { stderr: words, code: 1, hasRun: false };
  const trials = [failed, { stdout: confined }];
  const spawner = new ScriptedSpawner({ [room.usual]: { help, version, trials } });
  const found = await find(room, spawner);
  assertEquals([found.disablesUserNamespaces, found.hidesFirstProcess], [false, true]);
});

findTest("nothing else is left out: a network or /proc that fails is an obstacle", async (room) => {
  await putProgram(room.usual);
  for (
    const words of [
      "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted",
      "bwrap: Can't mount proc on /newroot/proc: Operation not permitted",
    ]
  ) {
    const trials = [{ stderr: words, code: 1, hasRun: false }, { stdout: confined }];
    const spawner = new ScriptedSpawner({ [room.usual]: { help, version, trials } });
    await refusalOf(room, spawner);
    assertEquals(spawner.passed.length, 1);
  }
});

const strange: readonly (readonly [what: string, script: Script])[] = [
  ["prints nothing", { help: {}, version: {}, trials: [{}] }],
  ["only claims to have confined", { help, version, trials: [{ hasRun: true }] }],
  ["confines, but does not report", {
    help,
    version,
    trials: [{ stdout: confined, hasRun: false }],
  }],
  ["is called otherwise", {
    help,
    version: { stdout: "bubble 1\n" },
    trials: [{ stdout: confined }],
  }],
];

for (const [what, script] of strange) {
  findTest(`a program that ${what} is not taken for bubblewrap`, async (room) => {
    await putProgram(room.usual);
    const { message } = await refusalOf(room, new ScriptedSpawner({ [room.usual]: script }));
    assertStringIncludes(message, "does not do what bubblewrap does");
  });
}

const silences: readonly (readonly [what: string, script: Script])[] = [
  ["about its options", { version, trials: [{ stdout: confined }] }],
  ["about its version", { help, trials: [{ stdout: confined }] }],
  ["when it is tried", { help, version, trials: [undefined] }],
];

for (const [what, script] of silences) {
  findTest(`one that is silent ${what} is ended after ${PROBE_MS} ms`, async (room) => {
    await putProgram(room.usual);
    const clock = new FakeClock();
    const spawner = new ScriptedSpawner({ [room.usual]: script }, () => clock.advance(PROBE_MS));
    const { message } = await refusalOf(room, spawner, clock);
    assertStringIncludes(message, "did not answer within 5 seconds");
    assert(spawner.killed.length > 0);
    assertEquals(clock.pending, 0);
  });
}

findTest("a spawner that cannot pass descriptors on is told so", async ({ containers, path }) => {
  const options = { path, spawner: new FakeSpawner() };
  const { message } = await assertRejects(
    async () => await findBubblewrap(containers, options),
    SandboxRefusal,
  );
  assertStringIncludes(message, "portable spawner");
});

findTest("no descriptor is left, whatever came of it", async (room) => {
  await putProgram(room.usual);
  const scripts = [good, ...strange.map(([, script]) => script)];
  const search = async (script: Script) => {
    await find(room, new ScriptedSpawner({ [room.usual]: script })).catch(() => {});
    return [...Deno.readDirSync("/proc/self/fd")].length;
  };
  const before = await search(good);
  for (const script of scripts) assertEquals(await search(script), before);
});
