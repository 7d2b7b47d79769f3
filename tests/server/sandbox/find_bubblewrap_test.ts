/** Looking for bubblewrap, in a process of its own; and the real one, if there is one. @module */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { SandboxRefusal } from "../../../sandbox/refusal.ts";
import { PosixSpawner } from "../../../server/process/posix/posix_spawner.ts";
import { CommandSpawner } from "../../../server/process/command_spawner.ts";
import { Containers } from "../../../server/sandbox/containers.ts";
import { findBubblewrap } from "../../../server/sandbox/find_bubblewrap.ts";
import { testInOwnProcess } from "../../support/own_process.ts";
import { sandboxedTest } from "../../support/sandboxed.ts";
import { Scratch } from "../../support/scratch.ts";
import { fail } from "../../support/trouble.ts";

if (Deno.build.os === "linux") {
  testInOwnProcess(new URL("./find_bubblewrap_cases.ts", import.meta.url));
}

const path = "/usr/bin:/bin";

/** With what a server has. */
async function search(
  usual?: string,
  spawner = new PosixSpawner({ isGuarded: false, onError: fail }),
) {
  using containers = new Containers(Deno.build.arch);
  const options = { path: usual === undefined ? path : "", spawner };
  return await findBubblewrap(containers, {
    ...options,
    ...(usual === undefined ? {} : { usual }),
  });
}

sandboxedTest("the real bubblewrap is found, tried and measured", async () => {
  const found = await search();
  assertEquals(found.path, await Deno.realPath("/usr/bin/bwrap"));
  assert(/^\d+\.\d+/.test(found.version));
  assert(found.trialMs > 0);
});

sandboxedTest("a program that runs the command unconfined is found out", async () => {
  await using scratch = await Scratch.create();
  const usual = `${scratch.path}/bwrap`;
  const script = `#!/bin/sh
case "$1" in --help|--version) exec /usr/bin/bwrap "$1";; esac
while [ $# -gt 0 ] && [ "$1" != -- ]; do shift; done; shift; exec "$@"
`;
  await Deno.writeTextFile(usual, script, { mode: 0o755 });
  const { message } = await assertRejects(async () => await search(usual), SandboxRefusal);
  assertStringIncludes(message, "does not do what bubblewrap does: missing");
  assertStringIncludes(message, "a network namespace");
});

sandboxedTest("what a program leaves running when it is asked is ended", async () => {
  await using scratch = await Scratch.create();
  const usual = `${scratch.path}/bwrap`;
  const seconds = 100_000 + Math.floor(Math.random() * 100_000);
  // It holds the output, so that whoever waits for the end of that waits for long.
  await Deno.writeTextFile(usual, `#!/bin/sh\nsleep ${seconds} &\nexit 0\n`, { mode: 0o755 });
  const { message } = await assertRejects(async () => await search(usual), SandboxRefusal);
  assertStringIncludes(message, "does not do what bubblewrap does");
  const commands = [...Deno.readDirSync("/proc")].map(({ name }) => commandOf(name));
  assertEquals(commands.filter((command) => command === `sleep ${seconds}`), []);
});

sandboxedTest("the portable spawner makes no sandboxes", async () => {
  using containers = new Containers(Deno.build.arch);
  using spawner = new CommandSpawner();
  const { message } = await assertRejects(
    async () => await findBubblewrap(containers, { path, spawner }),
    SandboxRefusal,
  );
  assertStringIncludes(message, "portable spawner");
});

function commandOf(pid: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").join(" ").trim();
  } catch {
    return "";
  }
}
