/** Placeholders come and go as they should, whoever uses the machine beside us. @module */

import { assert, assertEquals } from "@std/assert";
import { testInOwnProcess } from "../../support/own_process.ts";
import {
  printed,
  sandboxedOutcome,
  sandboxedTest,
  shSandboxed,
  startSandboxed,
} from "../../support/sandboxed.ts";
import { Scratch } from "../../support/scratch.ts";
import { launchServer } from "../../support/server_process.ts";

testInOwnProcess(new URL("./placeholders_cases.ts", import.meta.url));

const four = [".agents", ".aws", ".codex", ".git"];
const somebody = ["setpriv", "--reuid=1500", "--regid=1500", "--clear-groups"];
const tryAll = four.map((name) => `(mkdir ${name} || echo x > ${name}/x) 2>/dev/null && echo made`)
  .join("; ");

function namesIn(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
}

sandboxedTest("fifty commands of two servers at one workspace leave nothing", async () => {
  await using room = await Scratch.create();
  await using one = await launchServer();
  await using other = await launchServer();
  await using first = await one.session();
  await using second = await other.session();
  const outcomes = await Promise.all(Array.from({ length: 50 }, async (_, at) => {
    const run = { cwd: room.path, processId: `p${at}` };
    const script = `sleep 0.0${at % 7}; ${tryAll}; sleep 0.0${at % 5}; ${tryAll}; echo end`;
    return await shSandboxed(at % 2 === 0 ? first : second, script, run);
  }));
  assertEquals(new Set(outcomes.map(({ stdout, stderr }) => stdout + stderr)), new Set(["end\n"]));
  assertEquals(namesIn(room.path), []);
});

sandboxedTest("what a killed server leaves behind goes with the next command", async () => {
  await using room = await Scratch.create();
  {
    await using killed = await launchServer();
    await using peer = await killed.session();
    await startSandboxed(peer, ["sh", "-c", "echo up; sleep 60"], { cwd: room.path });
    await printed(peer, "up");
    await killed.endBy("SIGKILL");
  }
  assertEquals(namesIn(room.path), four);
  await using server = await launchServer();
  await using peer = await server.session();
  const { stdout } = await shSandboxed(peer, `${tryAll}; echo end`, { cwd: room.path });
  assertEquals(stdout, "end\n");
  assertEquals(namesIn(room.path), []);
});

sandboxedTest("a server that is ended takes its placeholders along", async () => {
  await using room = await Scratch.create();
  await using server = await launchServer();
  await using peer = await server.session();
  await startSandboxed(peer, ["sh", "-c", "echo up; sleep 60"], { cwd: room.path });
  await printed(peer, "up");
  assertEquals(namesIn(room.path), four);
  await server.endBy("SIGTERM");
  assertEquals(namesIn(room.path), []);
});

sandboxedTest("where nobody can make anything nothing has to be made", async () => {
  if (Deno.uid() !== 0) return;
  await using room = await Scratch.create();
  await Deno.chmod(room.path, 0o755);
  await using server = await launchServer({
    through: ["/bin/sh", "-c", openDoors, "sh", ...somebody],
  });
  await using peer = await server.session();
  // Of root: neither this server nor its commands can make anything there.
  const { exitCode, stdout } = await shSandboxed(peer, `${tryAll}; echo end`, { cwd: room.path });
  assertEquals([exitCode, stdout], [0, "end\n"]);
  // Its own, but closed: a command could open it.
  await Deno.chown(room.path, 1500, 1500);
  await Deno.chmod(room.path, 0o555);
  const script = `chmod 755 .; ${tryAll}; echo end`;
  const run = { cwd: room.path, processId: "closed" };
  const refused = await shSandboxed(peer, script, run).then(
    ({ stdout }) => stdout,
    (error) => String(error),
  );
  assert(/Cannot keep .* from being made/.test(refused), refused);
});

sandboxedTest("what a command has closed it cannot open again to get at what is kept", async () => {
  if (Deno.uid() !== 0) return;
  await using room = await Scratch.create();
  await Deno.mkdir(`${room.path}/n/.git/hooks`, { recursive: true });
  await Deno.mkdir(`${room.path}/m/n/.git/hooks`, { recursive: true });
  for (
    const place of [
      "",
      "/n",
      "/n/.git",
      "/n/.git/hooks",
      "/m",
      "/m/n",
      "/m/n/.git",
      "/m/n/.git/hooks",
    ]
  ) {
    await Deno.chown(room.path + place, 1500, 1500);
  }
  await using server = await launchServer({
    through: ["/bin/sh", "-c", openDoors, "sh", ...somebody],
  });
  await using peer = await server.session();
  await shSandboxed(peer, "chmod 000 n; chmod 311 m", { cwd: room.path });
  const script =
    "chmod 755 n m; for d in n m/n; do echo x > $d/.git/hooks/pre-commit && echo made; done";
  const { stdout } = await shSandboxed(peer, script, { cwd: room.path, processId: "next" });
  assertEquals(stdout, "");
});

sandboxedTest("a read-only file system needs no placeholders", async () => {
  if (Deno.uid() !== 0) return;
  await using room = await Scratch.create();
  const mount =
    `mount -t tmpfs none "${room.path}" && mount -o remount,ro "${room.path}" && exec "$@"`;
  const through = ["unshare", "-m", "--propagation", "private", "/bin/sh", "-c", mount, "sh"];
  await using server = await launchServer({ through });
  await using peer = await server.session();
  await startSandboxed(peer, ["sh", "-c", `${tryAll}; echo end`], { cwd: room.path });
  const { exitCode, stdout } = await sandboxedOutcome(peer);
  assertEquals([exitCode, stdout], [0, "end\n"]);
});

/** The world of a server that a test starts is the test's user's alone. */
const openDoors = 'chmod 755 .. . && chown 1500:1500 . "$HOME" && exec "$@"';
