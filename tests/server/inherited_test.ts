/** What a server inherits: ignored signals, a limit on open files, a machine without a shell. @module */

import { assertEquals } from "@std/assert";
import { start, startShell, write } from "../support/process_calls.ts";
import { outcome } from "../support/process_events.ts";
import { launchServer } from "../support/server_process.ts";
import { ShellStarted } from "./shell_started.ts";

const SIGHUP = 1;
const SIGCHLD = 17;
const isLinux = Deno.build.os === "linux";
/** Not every shell passes an ignored SIGCHLD on; this one does. */
const bash = ["/bin/bash", "-c"];
/** A mount that only the server sees. */
const shellLess = ["/usr/bin/unshare", "-m", "/bin/sh", "-c"];
const HIDE_SHELL = "mount --bind /dev/null /bin/sh";

/** Whether a program ignores a signal. */
function ignores(pid: number, signal: number): boolean {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const mask = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return (mask >> BigInt(signal - 1)) % 2n === 1n;
}

function runs([program = "", ...args]: readonly string[]): boolean {
  try {
    return new Deno.Command(program, { args, stderr: "null" }).outputSync().success;
  } catch {
    // Not installed.
    return false;
  }
}

Deno.test({
  name: "a server that was started to ignore SIGCHLD tells how programs end",
  ignore: !isLinux || !runs([...bash, "true"]),
  async fn() {
    const script = "trap '' CHLD; echo $$; exec \"$@\"";
    await using server = await ShellStarted.launch(script, { shell: bash });
    assertEquals(ignores(server.pid, SIGCHLD), true);
    await using peer = await server.session();
    for (const code of [7, 0]) {
      const processId = `exits ${code}`;
      await startShell(peer, `exit ${code}`, { processId });
      assertEquals((await outcome(peer, processId)).exitCode, code);
    }
  },
});

Deno.test({
  name: "a server under nohup goes on after SIGHUP",
  ignore: !isLinux,
  async fn() {
    await using server = await ShellStarted.launch('echo $$; exec nohup "$@"');
    await using peer = await server.session();
    for (let round = 0; round < 3; round++) {
      Deno.kill(server.pid, "SIGHUP");
      // By the time that a program has come and gone the signal has been seen.
      const processId = `after ${round}`;
      await startShell(peer, "exit 3", { processId });
      assertEquals((await outcome(peer, processId)).exitCode, 3);
    }
  },
});

Deno.test("SIGHUP ends a server that nobody told to ignore it", async () => {
  await using server = await launchServer();
  await using peer = await server.session();
  if (isLinux) assertEquals(ignores(server.pid, SIGHUP), false);
  assertEquals((await server.endBy("SIGHUP")).code, 0);
  await peer.hangUp();
});

Deno.test({
  name: "a child gets the soft limit on open files that its server began with",
  ignore: !isLinux,
  async fn() {
    await using server = await ShellStarted.launch('ulimit -Sn 512; "$@" & echo $!; wait');
    await using peer = await server.session();
    // Its limit is set just after its start, so it looks only once it is told to.
    await startShell(peer, "read -r go; ulimit -Sn", { pipeStdin: true });
    assertEquals(await write(peer, "go\n", "1"), "accepted");
    assertEquals((await outcome(peer)).stdout, "512\n");
  },
});

// It takes root, and a system that lets it mount.
const mayMount = isLinux && runs([...shellLess, HIDE_SHELL]);

Deno.test({
  name: "a server on a machine without a shell starts programs all the same",
  ignore: !mayMount,
  async fn() {
    const script = `${HIDE_SHELL} && echo $$ && exec "$@"`;
    await using server = await ShellStarted.launch(script, { shell: shellLess });
    await using peer = await server.session();
    const refused = { processId: "shell", argv: ["/bin/sh"], cwd: "file:///", env: {}, tty: false };
    assertEquals((await peer.request("process/start", refused)).error?.code, -32603);
    await start(peer, ["/bin/echo", "hi"]);
    const { stdout, exitCode } = await outcome(peer);
    assertEquals([stdout, exitCode], ["hi\n", 0]);
  },
});
