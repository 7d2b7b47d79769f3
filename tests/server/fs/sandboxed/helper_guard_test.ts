/** The program that serves files in a sandbox cannot be changed by the calls that it serves. @module */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  calls,
  helpersOf,
  outcome,
  SandboxedRoom,
  sandboxedTest,
} from "../../../support/sandboxed_room.ts";
import { launchServer, type ServerProcess } from "../../../support/server_process.ts";
import { pathEntry, readRoot, restrictedSandbox } from "../../../support/sandbox_intents.ts";

const users = [undefined, ["setpriv", "--reuid=1500", "--regid=1500", "--clear-groups"]];

for (const through of users) {
  const user = through === undefined ? "this user" : "another user";
  sandboxedTest(`no call changes what the helper has open: as ${user}`, async () => {
    if (through !== undefined && Deno.uid() !== 0) return;
    await using room = await SandboxedRoom.create();
    await Deno.chmod(room.at("."), 0o755);
    if (through !== undefined) await Deno.chown(room.at("ws"), 1500, 1500);
    await Deno.symlink("/proc/self/fd/1", room.at("ws/one"));
    await Deno.symlink("/proc/self/fd", room.at("ws/fd"));
    await using server = await (through === undefined ? launchServer() : launchServer({ through }));
    await using peer = await server.session();
    const { call, read } = calls(peer, room, room.workspace);
    assertEquals(await read("ws/file"), { dataBase64: "aGVsbG8=" });
    const [helper] = helpersOf(server.pid);
    const forged = {
      "/proc/self/fd/1": "x",
      "/proc/thread-self/fd/1": "x",
      "/dev/stdout": "x",
      "/dev/fd/1": "x",
      [room.at("ws/one")]: "x",
      [room.at("ws/fd/1")]: "x",
      "/proc/self/mem": "x",
      [`/proc/self/root${room.at("ws/new")}`]: "x",
    };
    for (const [name, text] of Object.entries(forged)) {
      const path = `file://${name}`;
      const refused = /\[-32600,"Cannot change /;
      for (
        const [method, params] of [
          ["fs/writeFile", { dataBase64: btoa(text) }],
          ["fs/open", { handleId: "h", mode: "update" }],
          ["fs/chmod", { mode: 0o600 }],
        ] as const
      ) {
        const answer = JSON.stringify(await call(method, { path, ...params }));
        assertMatch(answer, refused, `${method} ${name}`);
      }
      const copy = {
        sourcePath: room.uri("ws/file"),
        destinationPath: path,
        recursive: false,
      };
      assertMatch(JSON.stringify(await call("fs/copy", copy)), refused, name);
    }
    // A link itself is nobody's but its owner's.
    const renamed = { sourcePath: room.uri("ws/one"), destinationPath: room.uri("ws/two") };
    assertEquals(await call("fs/rename", renamed), {});
    assertEquals(await call("fs/remove", { path: room.uri("ws/two"), recursive: false }), {});
    assertMatch(JSON.stringify(await call("fs/remove", { path: room.uri("ws/fd/1") })), /-32600,/);
    assertEquals(helpersOf(server.pid), [helper]);
    assertClosed(helper);
  });
}

/** Its pipes have no mode that would let anybody open them once more. */
function assertClosed(helper = 0): void {
  for (const descriptor of [0, 1, 2]) {
    const { mode } = Deno.statSync(`/proc/${helper}/fd/${descriptor}`);
    assertEquals((mode ?? 0) & 0o777, 0);
  }
}

sandboxedTest("a policy that hides the loader is refused with its name", async () => {
  await using room = await SandboxedRoom.create();
  await using server: ServerProcess = await launchServer();
  await using peer = await server.session();
  const found = ["/lib64", "/lib"].filter(isThere);
  assert(found.length > 0);
  for (const path of found) {
    const sandbox = restrictedSandbox([readRoot, pathEntry(path, "deny")]);
    const params = { path: room.uri("ws/file"), sandbox };
    assertMatch(
      JSON.stringify(outcome(await peer.request("fs/readFile", params))),
      /^\[-32602,"Cannot serve files in this sandbox: it hides /,
      path,
    );
  }
  for (const path of ["/etc", "/etc/ld.so.cache"].filter(isThere)) {
    const { read } = calls(peer, room, restrictedSandbox([readRoot, pathEntry(path, "deny")]));
    assertEquals([path, await read("ws/file")], [path, { dataBase64: "aGVsbG8=" }]);
  }
  for (const sandbox of [room.scoped, room.readOnly]) {
    assertEquals(await calls(peer, room, sandbox).read("ws/file"), { dataBase64: "aGVsbG8=" });
  }
});

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
