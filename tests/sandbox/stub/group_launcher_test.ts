/** A launcher enters a group before it becomes the program, or ends. @module */

import { assertEquals } from "@std/assert";
import { groupLauncher, groupLauncherArguments } from "../../../sandbox/stub/group_launcher.ts";
import { Scratch } from "../../support/scratch.ts";
import { benches, run } from "./real_stub.ts";

const script = 'printf "<%s>" "$0" "$@" "$A"';
const argv = ["name", "-c", script, "", "a b"];

for (const { architecture, emulator, missing } of await benches()) {
  const launcherTest = (name: string, body: (folder: Folder) => Promise<void>) =>
    Deno.test({
      name: `${name} on ${architecture}${missing === undefined ? "" : ` (not run: ${missing})`}`,
      ignore: missing !== undefined,
      async fn() {
        await using scratch = await Scratch.create();
        const launcher = `${scratch.path}/launcher`;
        await Deno.writeFile(launcher, groupLauncher(architecture), { mode: 0o755 });
        const members = `${scratch.path}/cgroup.procs`;
        await Deno.writeTextFile(members, "");
        await body({ command: [...emulator, launcher], members });
      },
    });

  launcherTest("a launcher enters the group and becomes the program", async (folder) => {
    const { command, members } = folder;
    const args = groupLauncherArguments({ members, program: "/bin/sh", argv });
    const outcome = await run([...command, ...args], { env: { A: "1", PATH: "/usr/bin" } });
    assertEquals(outcome, { code: 0, stdout: "<><a b><1>", stderr: "" });
    // This is how the kernel calls whoever writes it.
    assertEquals(await Deno.readTextFile(members), "0");
  });

  launcherTest("a launcher that may not enter runs nothing", async ({ command, members }) => {
    const args = groupLauncherArguments({ members: `${members}/x`, program: "/bin/sh", argv });
    const stderr = "exec-server: name: cannot enter its control group (errno 20)\n";
    assertEquals(await run([...command, ...args]), { code: 126, stdout: "", stderr });
  });

  launcherTest("a launcher says when there is no such program", async ({ command, members }) => {
    const args = groupLauncherArguments({ members, program: "/missing", argv });
    const stderr = "exec-server: name: cannot be executed (errno 2)\n";
    assertEquals(await run([...command, ...args]), { code: 126, stdout: "", stderr });
  });
}

interface Folder {
  /** The launcher, and the emulator before it. */
  readonly command: readonly string[];
  /** A file like that of a group. */
  readonly members: string;
}
