/** The kernel limits sandboxed commands as the server was told, and nothing is left behind. @module */

import { assert, assertEquals } from "@std/assert";
import { profileIntent } from "../../../sandbox/profiles.ts";
import type { SandboxIntent } from "../../../protocol/methods/sandbox.ts";
import type { Peer } from "../../support/peer.ts";
import { outcome } from "../../support/process_events.ts";
import { fromBase64, startParams } from "../../support/process_calls.ts";
import { launchServer, type ServerProcess } from "../../support/server_process.ts";
import { DelegatedGroup, noGroups } from "./delegated_group.ts";

const missing = noGroups();
const args = ["--sandbox-memory", "128M", "--sandbox-processes", "24"];
const readOnly = profileIntent("read-only", { cwd: "file:///" });
/** Somebody else confines: only the network is closed, without a container. */
const external: SandboxIntent = {
  ...readOnly,
  permissions: { type: "external", network: "restricted" },
};
/** Nobody's. */
const USER = 61_500;
const identity = [`--reuid=${USER}`, `--regid=${USER}`, "--clear-groups"];
// Elsewhere, for the directories of a test are closed to others.
const asUser = ["setpriv", ...identity, "--", "env", "-C", "/"];
// One line without an end, which `tail` has to keep.
const HUNGRY = "head -c 400M /dev/zero | tail -n 1 | wc -c";
const FORKS = "i=0; while [ $i -lt 60 ]; do sleep 60 >&- 2>&- & i=$((i+1)); done; echo all";

function groupTest(name: string, body: (group: DelegatedGroup) => Promise<void>): void {
  Deno.test({
    name: missing === undefined ? name : `${name} (not run: ${missing})`,
    ignore: missing !== undefined,
    async fn() {
      await using group = new DelegatedGroup();
      await body(group);
    },
  });
}

async function session(server: ServerProcess): Promise<Peer> {
  const peer = await server.connect();
  await peer.call("initialize", { clientName: "tests", extensions: true });
  peer.send({ method: "initialized" });
  return peer;
}

async function begin(peer: Peer, script: string, sandbox: SandboxIntent = readOnly): Promise<void> {
  const fields = { cwd: "file:///", pipeStdin: true };
  const params = startParams(peer, ["/bin/sh", "-c", script], fields);
  await peer.call("process/start", { ...params, sandbox });
}

/** Runs a script to its end. */
async function run(peer: Peer, script: string, sandbox?: SandboxIntent) {
  await begin(peer, script, sandbox);
  const { params } = await peer.notification("process/exited");
  await peer.notification("process/closed");
  const read = await peer.call("process/read", { processId: "p" });
  assert(typeof read === "object" && read !== null && "chunks" in read);
  const chunks: readonly { chunk: string }[] = Array.isArray(read.chunks) ? read.chunks : [];
  const output = chunks.map(({ chunk }) => fromBase64(chunk)).join("");
  return { exitCode: params?.exitCode, reason: params?.reason, output };
}

/** The scripts must be what fails, not something around them. */
async function proveLimits(server: ServerProcess, sandbox: SandboxIntent): Promise<void> {
  {
    await using peer = await session(server);
    const greedy = await run(peer, HUNGRY, sandbox);
    assertEquals([greedy.exitCode, greedy.reason], [
      137,
      "killed: it used more than 128 MiB of memory",
    ]);
  }
  {
    await using peer = await session(server);
    const forking = await run(peer, FORKS, sandbox);
    assertEquals([forking.exitCode, forking.reason], [2, undefined]);
    assert(forking.output.includes("Cannot fork"), forking.output);
  }
  await using peer = await session(server);
  assertEquals(await run(peer, "echo fine | cat", sandbox), {
    exitCode: 0,
    reason: undefined,
    output: "fine\n",
  });
}

groupTest("a command in a container gets no more than it may have", async (group) => {
  await using server = await launchServer({ args, through: group.through });
  await proveLimits(server, readOnly);
});

groupTest("a command that somebody else confines gets no more, either", async (group) => {
  await using server = await launchServer({ args, through: group.through });
  await proveLimits(server, external);
});

groupTest("a server of another user limits where the group is its own", async (group) => {
  await group.delegate(USER);
  await using server = await launchServer({ args, through: [...group.through, ...asUser] });
  await proveLimits(server, readOnly);
});

groupTest("without limits the same commands succeed, and no group is made", async (group) => {
  await using server = await launchServer({ through: group.through });
  await using peer = await session(server);
  const { exitCode, reason, output } = await run(peer, HUNGRY);
  assertEquals([exitCode, reason, output], [0, undefined, `${400 * 2 ** 20}\n`]);
  assertEquals(group.groups(), []);
});

groupTest("a client without extensions is told the exit alone", async (group) => {
  await using server = await launchServer({ args, through: group.through });
  await using peer = await server.session();
  await begin(peer, HUNGRY);
  const { params } = await peer.notification("process/exited");
  assertEquals([params?.exitCode, params !== undefined && "reason" in params], [137, false]);
});

groupTest("all processes of a command are in its group, and no others", async (group) => {
  await using server = await launchServer({ args, through: group.through });
  await using peer = await session(server);
  await begin(peer, "echo up; cat");
  await peer.notification("process/output");
  const all = `exec-server-${server.pid}`;
  assertEquals([...group.groups(all)].sort(), ["command-1", "server"]);
  // Bubblewrap, the first process inside, the shell, and cat, which the shell may have become.
  const members = group.membersOf(`${all}/command-1`);
  assert(members.length >= 3 && members.length <= 4, String(members));
  assert(group.membersOf(`${all}/server`).includes(server.pid));
  await peer.call("process/terminate", { processId: "p" });
  await outcome(peer, "p", 2);
});

groupTest("nothing is left when the server ends while a command runs", async (group) => {
  await using server = await launchServer({ args, through: group.through });
  await using peer = await session(server);
  await begin(peer, "echo up; cat");
  await peer.notification("process/output");
  assertEquals((await server.endBy("SIGTERM")).code, 0);
  assertEquals(group.groups(), []);
});

groupTest("what a killed server leaves is removed by the next", async (group) => {
  {
    await using server = await launchServer({ args, through: group.through });
    await using peer = await session(server);
    await begin(peer, "echo up; cat");
    await peer.notification("process/output");
    await server.endBy("SIGKILL");
    await group.emptied();
    assertEquals(group.groups(), [`exec-server-${server.pid}`]);
  }
  // Whoever starts another one has to make room for it first: a group that hands down takes none.
  for (const name of group.groups()) group.takeBack(name);
  group.takeBack("");
  await using next = await launchServer({ args, through: group.through });
  assertEquals(group.groups(), [`exec-server-${next.pid}`]);
});
