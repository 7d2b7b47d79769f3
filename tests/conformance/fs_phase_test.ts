/** Checks of all file requests alike: when they may be sent, and what a FIFO does to them. @module */
import { assert, assertEquals } from "@std/assert";
import { assertRefusal, inWords } from "../support/file_refusals.ts";
import { type Fields, openRoom, walkOptions } from "../support/file_room.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const server = sharedServer();

/** Every file request, about one path. */
function requests(path: string): readonly (readonly [method: string, params: Fields])[] {
  return [
    ["fs/readFile", { path }],
    ["fs/getMetadata", { path }],
    ["fs/canonicalize", { path }],
    ["fs/readDirectory", { path }],
    ["fs/walk", { path, options: walkOptions() }],
    ["fs/createDirectory", { path }],
    ["fs/copy", { sourcePath: path, destinationPath: `${path}.copy`, recursive: true }],
    ["fs/open", { path, handleId: "r" }],
    ["fs/open", { path, handleId: "w", mode: "replace" }],
    ["fs/readBlock", { handleId: "r", offset: 0, len: 1 }],
    ["fs/writeBlock", { handleId: "w", offset: 0, chunk: "eA==" }],
    ["fs/close", { handleId: "r" }],
    ["fs/watchMissing", { watchId: 1, missing: [path] }],
    ["fs/writeFile", { path, dataBase64: "eA==" }],
    ["fs/remove", { path }],
  ];
}

check("35: no file request is served before the handshake", async () => {
  await using peer = await server().connect();
  const path = `file://${server().root}/never`;
  for (const [method, params] of requests(path)) {
    const refusal = inWords("client must call initialize before using filesystem methods");
    assertRefusal(await peer.refused(method, params), refusal);
  }
  await peer.initialize();
  for (const [method, params] of requests(path)) {
    const refusal = inWords("client must send initialized before using filesystem methods");
    assertRefusal(await peer.refused(method, params), refusal);
  }
});

check("35: parameters are read before the handshake is looked at", async () => {
  await using peer = await server().connect();
  for (const [method] of requests("")) {
    assertEquals((await peer.refused(method, {})).code, -32602, method);
    assertEquals((await peer.refused(method)).code, -32602, method);
  }
});

check("no request about a FIFO waits for its other end", async () => {
  await using room = await openRoom(server());
  await room.put({ fifo: "|" });
  // `fs/writeFile` has a check of its own, for with the reference it does wait.
  const posted = requests(room.uri("fifo"))
    .filter(([method]) => method !== "fs/writeFile")
    .map(([method, params]) => room.peer.post(method, params));
  const status = room.peer.post("environment/status");
  assertEquals((await room.peer.answer(status)).result, { status: "ready" });
  for (const id of posted) await room.peer.answer(id);
});

check("one request that fails changes nothing for the others", async () => {
  await using room = await openRoom(server());
  await room.put({ file: "content" });
  const ids = Array.from(
    { length: 60 },
    (_, index) =>
      room.peer.post("fs/readFile", { path: room.uri(index % 3 === 0 ? "missing" : "file") }),
  );
  const answers = await Promise.all(ids.map((id) => room.peer.answer(id)));
  for (const [index, { error, text }] of answers.entries()) {
    assert((error?.code === -32004) === (index % 3 === 0), text);
  }
});
