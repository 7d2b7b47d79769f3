/** Files that are open in sandboxes: whose they are, what holds them, and what ends them. @module */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { calls, outcome, SandboxedRoom, sandboxedTest } from "../../../support/sandboxed_room.ts";
import { sharedServer } from "../../../support/shared_server.ts";
import type { Peer } from "../../../support/peer.ts";

const server = sharedServer();
const MEBIBYTE = 1 << 20;

function handles(peer: Peer) {
  const call = async (method: string, params: unknown) =>
    outcome(await peer.request(method, params));
  return {
    block: (handleId: string, offset = 0, len = 100) =>
      call("fs/readBlock", { handleId, offset, len }),
    put: (handleId: string, text: string, offset = 0) =>
      call("fs/writeBlock", { handleId, offset, chunk: btoa(text) }),
    close: (handleId: string) => call("fs/close", { handleId }),
  };
}

sandboxedTest("handles of two clients with the same id are two, sandboxed or not", async () => {
  await using room = await SandboxedRoom.create();
  await using one = await server().session();
  await using other = await server().session();
  await Deno.writeTextFile(room.at("ws/other"), "other");
  assertEquals(await calls(one, room, room.scoped).open("h", "ws/file"), { handleId: "h" });
  assertEquals(await calls(other, room, room.scoped).open("h", "ws/other"), { handleId: "h" });
  const taken = [-32600, "file handle `h` already exists"];
  assertEquals(await calls(one, room, room.readOnly).open("h", "ws/file"), taken);
  const plain = { handleId: "h", path: room.uri("ws/file") };
  assertEquals(outcome(await one.request("fs/open", plain)), taken);
  assertEquals(await handles(one).block("h"), { chunk: btoa("hello"), eof: true });
  assertEquals(await handles(other).block("h"), { chunk: btoa("other"), eof: true });
  assertEquals(await handles(one).close("h"), {});
  assertEquals(await handles(one).block("h"), [-32004, "unknown file handle `h`"]);
  assertEquals(await handles(other).block("h", 1, 4), { chunk: btoa("ther"), eof: false });
});

sandboxedTest("calls that follow an open at once find its file", async () => {
  await using room = await SandboxedRoom.create();
  await using peer = await server().session();
  const sandbox = room.workspace;
  const path = room.uri("ws/new");
  const ids = [
    peer.post("fs/open", { handleId: "w", path, mode: "replace", sandbox }),
    peer.post("fs/writeBlock", { handleId: "w", offset: 2, chunk: btoa("llo") }),
    peer.post("fs/writeBlock", { handleId: "w", offset: 0, chunk: btoa("he") }),
    peer.post("fs/close", { handleId: "w" }),
  ];
  const outcomes = [];
  for (const id of ids) outcomes.push(outcome(await peer.answer(id)));
  assertEquals(outcomes, [{ handleId: "w" }, {}, {}, {}]);
  assertEquals(room.text("ws/new"), "hello");
});

sandboxedTest("an open file is held to what it was opened for", async () => {
  await using room = await SandboxedRoom.create();
  await using peer = await server().session();
  const { open } = calls(peer, room, room.workspace);
  const { block, put, close } = handles(peer);
  assertEquals(await open("r", "ws/file"), { handleId: "r" });
  const bad = [-32603, `Bad file descriptor (os error 9): "${room.at("ws/file")}"`];
  assertEquals(await put("r", "x"), bad);
  assertEquals(await block("r"), { chunk: btoa("hello"), eof: true });
  assertEquals(await close("r"), {});
  assertEquals(await open("w", "ws/w", "replace"), { handleId: "w" });
  assertMatch(JSON.stringify(await block("w")), /Bad file descriptor/);
  assertEquals(await close("w"), {});
  assertMatch(JSON.stringify(await open("u", "ws/file", "update")), /-32602,"unknown variant/);
  assertMatch(JSON.stringify(await open("d", "ws")), /-32600,.*is not a file/);
  // What could not be opened has left its id free.
  assertEquals(await open("d", "ws/file"), { handleId: "d" });
});

sandboxedTest("sandboxed and other files count against one limit", async () => {
  await using room = await SandboxedRoom.create();
  await using peer = await server().session();
  const { open } = calls(peer, room, room.readOnly);
  for (let count = 0; count < 127; count++) {
    assertEquals(await open(`s${count}`, "ws/file"), { handleId: `s${count}` });
  }
  const path = room.uri("ws/file");
  await peer.call("fs/open", { handleId: "plain", path });
  assertMatch(JSON.stringify(await open("more", "ws/file")), /-32600,"at most 128 file handles/);
  assertEquals(await handles(peer).close("s5"), {});
  assertEquals(await open("more", "ws/file"), { handleId: "more" });
});

sandboxedTest("100 MB go out and come back by blocks", async () => {
  await using room = await SandboxedRoom.create();
  await using peer = await server().session();
  const { open } = calls(peer, room, room.workspace);
  const block = crypto.getRandomValues(new Uint8Array(65_536));
  const mebibyte = new Uint8Array(MEBIBYTE);
  for (let at = 0; at < MEBIBYTE; at += block.byteLength) mebibyte.set(block, at);
  const chunk = mebibyte.toBase64();
  assertEquals(await open("w", "ws/big", "replace"), { handleId: "w" });
  const write = (at: number) =>
    peer.call("fs/writeBlock", { handleId: "w", offset: at * MEBIBYTE, chunk });
  for (let at = 0; at < 100; at += 4) await Promise.all([0, 1, 2, 3].map((by) => write(at + by)));
  await peer.call("fs/close", { handleId: "w" });
  assertEquals((await Deno.stat(room.at("ws/big"))).size, 100 * MEBIBYTE);
  assertEquals(await open("r", "ws/big"), { handleId: "r" });
  const read = (at: number) =>
    peer.call("fs/readBlock", { handleId: "r", offset: at * MEBIBYTE, len: MEBIBYTE });
  for (let at = 0; at < 100; at += 4) {
    for (const result of await Promise.all([0, 1, 2, 3].map((by) => read(at + by)))) {
      assert(Object(result).chunk === chunk, `block ${at}`);
    }
  }
});

sandboxedTest("a large file is read and written as a whole", async () => {
  await using room = await SandboxedRoom.create();
  await using peer = await server().session();
  const { call } = calls(peer, room, room.scoped);
  const dataBase64 = new Uint8Array(10 * MEBIBYTE).fill(7).toBase64();
  const path = room.uri("ws/big");
  assertEquals(await call("fs/writeFile", { path, dataBase64 }), {});
  assert(Object(await call("fs/readFile", { path })).dataBase64 === dataBase64);
  const { size, length } = Object(await call("fs/hash", { path }));
  assertEquals([size, length], [10 * MEBIBYTE, 10 * MEBIBYTE]);
});
