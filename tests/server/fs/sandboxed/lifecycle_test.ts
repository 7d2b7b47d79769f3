/** Helpers of sandboxes: when they start, what they survive, and that nothing is left of them. @module */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { makeFifo } from "../../../support/fifo.ts";
import {
  calls,
  helpersOf,
  outcome,
  SandboxedRoom,
  sandboxedTest,
} from "../../../support/sandboxed_room.ts";
import { pathEntry, readRoot, restrictedSandbox } from "../../../support/sandbox_intents.ts";
import { launchServer } from "../../../support/server_process.ts";

sandboxedTest("calls of one policy share a helper, also those of two clients", async () => {
  await using room = await SandboxedRoom.create();
  await using server = await launchServer();
  await using one = await server.session();
  await using other = await server.session();
  await Promise.all(
    [one, one, other, other].map((peer) => calls(peer, room, room.readOnly).read("ws/file")),
  );
  const [helper] = helpersOf(server.pid);
  assertEquals(helpersOf(server.pid), [helper]);
  await calls(one, room, room.scoped).read("ws/file");
  assertEquals(helpersOf(server.pid).length, 2);
  await one.drop();
  assertEquals(await calls(other, room, room.readOnly).read("ws/file"), { dataBase64: "aGVsbG8=" });
  assertEquals(helpersOf(server.pid).length, 2);
});

sandboxedTest(
  "a helper that is killed fails its calls and files, and the next call gets another",
  async () => {
    await using room = await SandboxedRoom.create();
    await using server = await launchServer();
    await using peer = await server.session();
    const { read, open, call } = calls(peer, room, room.scoped);
    assertEquals(await open("h", "ws/file"), { handleId: "h" });
    assertEquals(await open("w", "ws/w", "replace"), { handleId: "w" });
    const [helper = 0] = helpersOf(server.pid);
    await Deno.writeTextFile(room.at("ws/slow"), "a".repeat(60) + "!");
    const endless = { path: room.uri("ws"), pattern: "^(a+)+$", isRegex: true, searchId: "s" };
    const id = peer.post("fs/grep", { ...endless, sandbox: room.scoped });
    await peer.notification("fs/grepMatches");
    Deno.kill(helper, "SIGKILL");
    const words =
      /^\[-32603,"The program that serves files in a sandbox failed: it ended by [^"]*"\]$/;
    assertMatch(JSON.stringify(outcome(await peer.answer(id))), words);
    const block = { handleId: "h", offset: 0, len: 10 };
    assertMatch(JSON.stringify(outcome(await peer.request("fs/readBlock", block))), words);
    assertEquals(outcome(await peer.request("fs/readBlock", block)), [
      -32004,
      "unknown file handle `h`",
    ]);
    assertEquals(outcome(await peer.request("fs/close", { handleId: "w" })), {});
    assertEquals(await read("ws/file"), { dataBase64: "aGVsbG8=" });
    assert(!helpersOf(server.pid).includes(helper));
    assertEquals(await call("fs/canonicalize", { path: room.uri("ws") }), { path: room.uri("ws") });
  },
);

sandboxedTest(
  "a link that is led elsewhere makes another sandbox, and is followed inside only",
  async () => {
    await using room = await SandboxedRoom.create();
    await using server = await launchServer();
    await using peer = await server.session();
    await Deno.mkdir(room.at("one"));
    await Deno.mkdir(room.at("two"));
    await Deno.symlink("one", room.at("root"));
    const sandbox = restrictedSandbox([readRoot, pathEntry(room.at("root"), "write")]);
    const { write } = calls(peer, room, sandbox);
    const refused = (at: string) => [
      -32603,
      `Read-only file system (os error 30): "${room.at(at)}"`,
    ];
    assertEquals(await write("root/a", "x"), {});
    assertEquals(await write("two/a", "x"), refused("two/a"));
    await Deno.remove(room.at("root"));
    await Deno.symlink("two", room.at("root"));
    assertEquals(await write("root/a", "x"), {});
    assertEquals(await write("one/b", "x"), refused("one/b"));
    assertEquals(helpersOf(server.pid).length, 2);
    await Deno.symlink(room.at("outside"), room.at("two/planted"));
    assertEquals(await write("root/planted/b", "x"), refused("root/planted/b"));
    assertEquals(await write("root/planted/secret", "x"), refused("root/planted/secret"));
  },
);

sandboxedTest("a directory in the place of a denied one is denied too", async () => {
  await using room = await SandboxedRoom.create();
  await using server = await launchServer();
  await using peer = await server.session();
  const sandbox = restrictedSandbox([readRoot, pathEntry(room.at("outside"), "deny")]);
  const { read } = calls(peer, room, sandbox);
  const denied = /\[-32(600|004),/;
  assertMatch(JSON.stringify(await read("outside/secret")), denied);
  await Deno.rename(room.at("outside"), room.at("before"));
  await Deno.mkdir(room.at("outside"));
  await Deno.writeTextFile(room.at("outside/secret"), "secret");
  assertMatch(JSON.stringify(await read("outside/secret")), denied);
});

sandboxedTest(
  "one client has files open in four sandboxes, and others work in spite of them",
  async () => {
    await using room = await SandboxedRoom.create();
    await using server = await launchServer();
    await using one = await server.session();
    await using other = await server.session();
    const policyOf = (number: number) => {
      Deno.mkdirSync(room.at(`ws/${number}`), { recursive: true });
      return restrictedSandbox([readRoot, pathEntry(room.at(`ws/${number}`), "write")]);
    };
    const open = (peer: typeof one, number: number) =>
      calls(peer, room, policyOf(number)).open(`h${number}`, "ws/file");
    const tooMany = /\[-32600,"Cannot open a file in one more sandbox: /;
    for (let number = 0; number < 4; number++) {
      assertEquals(await open(one, number), { handleId: `h${number}` });
    }
    assertMatch(JSON.stringify(await open(one, 4)), tooMany);
    for (const number of [4, 5, 6]) {
      assertEquals(await open(other, number), { handleId: `h${number}` });
    }
    assertMatch(JSON.stringify(await open(other, 7)), tooMany);
    for (const number of [7, 8]) {
      const { read } = calls(other, room, policyOf(number));
      assertEquals(await read("ws/file"), { dataBase64: "aGVsbG8=" });
    }
    await one.call("fs/close", { handleId: "h3" });
    assertEquals(await open(one, 9), { handleId: "h9" });
  },
);

sandboxedTest("calls wait for a helper when others are at work in all places", async () => {
  await using room = await SandboxedRoom.create();
  await using server = await launchServer();
  await using peer = await server.session();
  const reads = Array.from({ length: 12 }, (_, number) => {
    Deno.mkdirSync(room.at(`ws/${number}`));
    const sandbox = restrictedSandbox([readRoot, pathEntry(room.at(`ws/${number}`), "write")]);
    return calls(peer, room, sandbox).read("ws/file");
  });
  assertEquals(
    new Set((await Promise.all(reads)).map((it) => JSON.stringify(it))),
    new Set(['{"dataBase64":"aGVsbG8="}']),
  );
});

sandboxedTest("nothing is left of a helper when its server ends, however that ends", async () => {
  await using room = await SandboxedRoom.create();
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    await using server = await launchServer();
    await using peer = await server.session();
    const { open } = calls(peer, room, room.workspace);
    assertEquals(await open("h", "ws/file"), { handleId: "h" });
    const [helper = 0] = helpersOf(server.pid);
    const ended = gone(helper);
    await server.endBy(signal);
    await ended;
    if (signal === "SIGTERM") {
      assertEquals([...Deno.readDirSync(room.at("ws"))].map(({ name }) => name), ["file"]);
    }
  }
});

/** Settles when a process has ended. */
async function gone(pid: number): Promise<void> {
  const watching = new Deno.Command("tail", { args: ["--pid", String(pid), "-f", "/dev/null"] });
  assert((await watching.output()).success);
}

sandboxedTest("an unprivileged user's server serves sandboxed files as well", async () => {
  if (Deno.uid() !== 0) return;
  await using room = await SandboxedRoom.create();
  await Deno.chmod(room.at("."), 0o755);
  await Deno.chown(room.at("ws"), 1500, 1500);
  await makeFifo(room.at("ws/fifo"));
  const through = ["setpriv", "--reuid=1500", "--regid=1500", "--clear-groups"];
  await using server = await launchServer({ through });
  await using peer = await server.session();
  const { readOnly, workspace, scoped } = room;
  for (const sandbox of [readOnly, workspace, scoped]) {
    const { read, write } = calls(peer, room, sandbox);
    assertEquals(await read("ws/file"), { dataBase64: "aGVsbG8=" });
    assertMatch(JSON.stringify(await read("ws/fifo")), /is not a file/);
    const made = JSON.stringify(await write("ws/made", "x"));
    assertMatch(made, sandbox === readOnly ? /Read-only file system/ : /^{}$/);
    assertMatch(JSON.stringify(await write("outside/made", "x")), /os error (13|30|2)\b/);
  }
  assertEquals(await calls(peer, room, room.scoped).write("ws/made", "y"), {});
  assertEquals(room.text("ws/made"), "y");
});
