/** Every file method in a sandbox, through the wire: what it may, what it may not, and in which words. @module */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { calls, outcome, SandboxedRoom, sandboxedTest } from "../../../support/sandboxed_room.ts";
import {
  disabledSandbox,
  globEntry,
  pathEntry,
  readRoot,
  restrictedSandbox,
} from "../../../support/sandbox_intents.ts";
import { sharedServer } from "../../../support/shared_server.ts";

const server = sharedServer();
const walkOptions = {
  maxDepth: 8,
  maxDirectories: 100,
  maxEntries: 1000,
  followDirectorySymlinks: true,
};
const READ_ONLY = "Read-only file system (os error 30)";
const MISSING = "No such file or directory (os error 2)";

sandboxedTest("what is read-only can be read, and is written by no method", async () => {
  await using room = await SandboxedRoom.create();
  await using peer = await server().session();
  const { call, read, write, open } = calls(peer, room, room.readOnly);
  const path = room.uri("ws/file");
  const refused = (at: string) => [-32603, `${READ_ONLY}: "${room.at(at)}"`];
  assertEquals(await read("ws/file"), { dataBase64: "aGVsbG8=" });
  assertEquals(await call("fs/canonicalize", { path }), { path });
  assertEquals(await write("ws/file", "x"), refused("ws/file"));
  assertEquals(await write("ws/new", "x"), refused("ws/new"));
  assertEquals(await open("h", "ws/file", "replace"), refused("ws/file"));
  assertEquals(await call("fs/createDirectory", { path: room.uri("ws/d") }), refused("ws/d"));
  assertEquals(await call("fs/remove", { path }), refused("ws/file"));
  assertEquals(await call("fs/chmod", { path, mode: 0o600 }), refused("ws/file"));
  for (const method of ["fs/copy", "fs/rename"]) {
    const paths = { sourcePath: path, destinationPath: room.uri("ws/new"), recursive: false };
    assertMatch(JSON.stringify(await call(method, paths)), /-32603,"Read-only file system/);
  }
  const link = { path: room.uri("ws/link"), target: "file" };
  assertMatch(JSON.stringify(await call("fs/symlink", link)), /Read-only file system/);
  assertEquals(room.text("ws/file"), "hello");
  assertEquals([...Deno.readDirSync(room.at("ws"))].map(({ name }) => name), ["file"]);
});

sandboxedTest("a workspace is read and written, and nothing beside it", async () => {
  await using room = await SandboxedRoom.create();
  await using peer = await server().session();
  const { call, read, write, open } = calls(peer, room, room.workspace);
  assertEquals(await write("ws/made", "made"), {});
  assertEquals(room.text("ws/made"), "made");
  assertEquals(await read("ws/made"), { dataBase64: btoa("made") });
  const paths = (from: string, to: string) => ({
    sourcePath: room.uri(from),
    destinationPath: room.uri(to),
    recursive: true,
  });
  assertEquals(await call("fs/createDirectory", { path: room.uri("ws/a/b"), recursive: true }), {});
  assertEquals(await call("fs/copy", paths("ws/made", "ws/a/b/c")), {});
  assertEquals(await call("fs/copy", paths("ws/a", "ws/d")), {});
  assertEquals(room.text("ws/d/b/c"), "made");
  assertEquals(await call("fs/rename", paths("ws/d", "ws/e")), {});
  assertEquals(await call("fs/symlink", { path: room.uri("ws/l"), target: "made" }), {});
  assertEquals(await call("fs/chmod", { path: room.uri("ws/made"), mode: 0o640 }), {});
  assertEquals((Deno.statSync(room.at("ws/made")).mode ?? 0) & 0o777, 0o640);
  assertEquals(await call("fs/remove", { path: room.uri("ws/e"), recursive: true }), {});
  for (const at of ["outside/secret", "outside/new", "top"]) {
    assertEquals(await write(at, "x"), [-32603, `${READ_ONLY}: "${room.at(at)}"`]);
  }
  assertEquals(await open("h", "outside/new", "replace"), [
    -32603,
    `${READ_ONLY}: "${room.at("outside/new")}"`,
  ]);
  assertMatch(
    JSON.stringify(await call("fs/rename", paths("outside/secret", "ws/secret"))),
    /os error (18|30)/,
  );
  assertEquals(room.text("outside/secret"), "secret");
});

sandboxedTest(
  "where only the workspace is there, the rest is missing for every method",
  async () => {
    await using room = await SandboxedRoom.create();
    await using peer = await server().session();
    const { call, read, open } = calls(peer, room, room.scoped);
    const path = room.uri("outside/secret");
    const missing = [-32004, `${MISSING}: "${room.at("outside/secret")}"`];
    assertEquals(await read("ws/file"), { dataBase64: "aGVsbG8=" });
    assertEquals(await read("outside/secret"), missing);
    assertEquals(await open("h", "outside/secret"), missing);
    for (const method of ["fs/getMetadata", "fs/hash", "fs/canonicalize"]) {
      assertEquals(await call(method, { path }), missing, method);
    }
    const entries = [{ fileName: "ws", isDirectory: true, isFile: false }];
    assertEquals(await call("fs/readDirectory", { path: room.uri(".") }), { entries });
    const walked = JSON.stringify(
      await call("fs/walk", { path: room.uri("."), options: walkOptions }),
    );
    assertMatch(walked, /ws\/file/);
    assert(!walked.includes("secret"));
    const around = await call("fs/readFile", {
      path: `file:///proc/1/root${room.at("outside/secret")}`,
    });
    assertMatch(JSON.stringify(around), /os error (2|13)/);
  },
);

sandboxedTest("what is denied by path or pattern cannot be read, by links neither", async () => {
  await using room = await SandboxedRoom.create();
  await using peer = await server().session();
  await Deno.writeTextFile(room.at("ws/key.pem"), "secret");
  await Deno.symlink(room.at("outside/secret"), room.at("ws/there"));
  await Deno.symlink("key.pem", room.at("ws/near"));
  await Deno.mkdir(room.at("ws/private"));
  await Deno.writeTextFile(room.at("ws/private/x"), "secret");
  const sandbox = restrictedSandbox([
    readRoot,
    pathEntry(room.at("ws"), "write"),
    pathEntry(room.at("outside"), "deny"),
    pathEntry(room.at("ws/private"), "deny"),
    globEntry(`${room.at("ws")}/*.pem`),
  ]);
  const { call, read, write } = calls(peer, room, sandbox);
  for (const at of ["ws/key.pem", "ws/there", "ws/near", "ws/private/x", "outside/secret"]) {
    assertMatch(JSON.stringify(await read(at)), /\[-32(600|004|603),/, at);
    const more = { path: room.uri(at) };
    assert(!JSON.stringify(await call("fs/hash", more)).includes("sha256"), at);
  }
  assertMatch(JSON.stringify(await write("ws/there", "x")), /os error/);
  assertMatch(JSON.stringify(await write("ws/private/y", "x")), /os error/);
  assertEquals(room.text("outside/secret"), "secret");
  const search = { path: room.uri("."), pattern: "secret", searchId: "s" };
  assertEquals(Object(await call("fs/grep", search)).matches, 0);
});

sandboxedTest(
  "the server's own secrets are not readable where everything may be read",
  async () => {
    await using room = await SandboxedRoom.create();
    await using peer = await server().session();
    const { call } = calls(peer, room, room.readOnly);
    const environ = (pid: string) => call("fs/readFile", { path: `file:///proc/${pid}/environ` });
    assertEquals(Object(await environ(String(server().pid)))[0], -32004);
    const own = atob(String(Object(await environ("self")).dataBase64));
    assert(!own.includes("HOME="), own);
  },
);

sandboxedTest("what allows everything is served without a helper", async () => {
  await using peer = await server().session();
  const external = { ...disabledSandbox, permissions: { type: "external", network: "enabled" } };
  const permissions = {
    type: "managed",
    file_system: { type: "unrestricted" },
    network: "restricted",
  };
  for (const sandbox of [disabledSandbox, external, { ...disabledSandbox, permissions }]) {
    const path = `file:///proc/self/cmdline`;
    const { dataBase64 } = Object(outcome(await peer.request("fs/readFile", { path, sandbox })));
    assert(!atob(dataBase64).includes("file-helper"));
  }
});

sandboxedTest("searches in a sandbox push, are cancelled and refused as others are", async () => {
  await using room = await SandboxedRoom.create();
  await using peer = await server().session();
  const { call } = calls(peer, room, room.scoped);
  const path = room.uri("ws");
  const sandbox = room.scoped;
  const done = call("fs/grep", { path, pattern: "hell", searchId: "one" });
  const { params } = await peer.notification("fs/grepMatches");
  assertEquals(params?.["searchId"], "one");
  assertEquals(await done, { matches: 1, files: 1, errors: [], truncated: false });
  assertMatch(
    JSON.stringify(await call("fs/grep", { path, pattern: "(", isRegex: true, searchId: "bad" })),
    /\[-32602,"Cannot search by `pattern`/,
  );
  const globbed = await call("fs/glob", { path, patterns: ["**"] });
  assertEquals(Object(globbed).entries, [{ path: room.uri("ws/file"), kind: "file" }]);
  // A pattern that takes for ever on this text.
  await Deno.writeTextFile(room.at("ws/slow"), "a".repeat(60) + "!");
  const endless = { path, pattern: "^(a+)+$", isRegex: true, searchId: "two", sandbox };
  const id = peer.post("fs/grep", endless);
  await peer.notification("fs/grepMatches", (it) => it["searchId"] === "two");
  assertEquals(await call("fs/grep", { ...endless }), [
    -32600,
    'Cannot search: the id "two" is in use',
  ]);
  await peer.call("fs/cancelSearch", { searchId: "two" });
  assertEquals(Object((await peer.answer(id)).result).truncated, true);
});

sandboxedTest("a watch in a sandbox is refused, and a wrong policy too", async () => {
  await using room = await SandboxedRoom.create();
  await using peer = await server().session();
  const { call } = calls(peer, room, room.readOnly);
  const watch = await call("fs/watch", { watchId: "w", path: room.uri("ws") });
  assertMatch(JSON.stringify(watch), /\[-32600,"Cannot watch in a sandbox/);
  const relative = restrictedSandbox([readRoot, globEntry("*.pem")]);
  const { read } = calls(peer, room, relative);
  assertMatch(JSON.stringify(await read("ws/file")), /-32602,.*requires cwd/);
  const program = Deno.readLinkSync(`/proc/${server().pid}/exe`);
  const hiding = calls(peer, room, restrictedSandbox([readRoot, pathEntry(program, "deny")]));
  assertMatch(JSON.stringify(await hiding.read("ws/file")), /-32602,"Cannot serve files in this/);
});
