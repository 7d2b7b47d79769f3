/** Checks of `fs/writeFile`: what is made, what is kept, and what is refused. @module */
import { assertEquals } from "@std/assert";
import { readFifo } from "../support/fifo.ts";
import { assertRefusal, inWords, type Refusal, system } from "../support/file_refusals.ts";
import { type Fields, openRoom } from "../support/file_room.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const server = sharedServer();

const NOT_BASE64 = inWords("fs/writeFile requires valid base64 dataBase64: ");

/** The files most checks look at. */
const files = {
  file: "content",
  "dir/inner": "inside",
  link: "->file",
  dirlink: "->dir",
  dangling: "->target",
  loop: "->loop",
  fifo: "|",
};

check("a file is made with the bytes that were sent", async () => {
  await using room = await openRoom(server());
  const bytes = Uint8Array.from({ length: 300_007 }, (_, index) => index * 7919 >> 5);
  await room.call("fs/writeFile", "bytes", { dataBase64: bytes.toBase64() });
  assertEquals(await Deno.readFile(room.at("bytes")), bytes);
  await room.write("empty", "");
  assertEquals(room.text("empty"), "");
});

check("a new file has the usual permissions", async () => {
  await using room = await openRoom(server());
  await room.write("new", "x");
  await room.make("directory");
  // The server has this process's mask, which a file made here shows.
  await room.put({ here: "" });
  assertEquals(room.mode("new"), room.mode("here"));
  assertEquals(room.mode("directory"), 0o777 & ~(0o666 & ~room.mode("here")));
});

check("an old file is written in place: length, permissions and links follow", async () => {
  await using room = await openRoom(server());
  await room.put({ file: "a long content" });
  await Deno.chmod(room.at("file"), 0o751);
  await Deno.link(room.at("file"), room.at("hard"));
  await room.write("file", "short");
  assertEquals(room.text("file"), "short");
  assertEquals(room.text("hard"), "short");
  assertEquals(room.mode("file"), 0o751);
});

check("79: writing through a link changes the target and keeps the link", async () => {
  await using room = await openRoom(server());
  await room.put({ ...files, chain: "->link" });
  await room.write("chain", "new");
  assertEquals(room.text("file"), "new");
  assertEquals(await Deno.readLink(room.at("chain")), "link");
  await room.write("dirlink/inner", "also new");
  assertEquals(room.text("dir/inner"), "also new");
});

check("79: writing through a dangling link makes its target", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  await room.write("dangling", "made");
  assertEquals(room.text("target"), "made");
  assertEquals(await Deno.readLink(room.at("dangling")), "target");
});

check("79: without following, a link is refused and its target stays", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  const fields = { dataBase64: "eA==", followSymlinks: false };
  for (const name of ["link", "dangling", "loop"]) {
    assertRefusal(await room.refused("fs/writeFile", name, fields), system.ELOOP);
  }
  assertRefusal(await room.refused("fs/writeFile", "dirlink/new", fields), system.ENOTDIR);
  assertEquals(room.text("file"), "content");
  assertEquals(room.list("dir"), ["inner"]);
  assertEquals(room.list().includes("target"), false);
});

check("79: without following, plain files are written as always", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  const fields = { followSymlinks: false };
  await room.write("file", "s", fields);
  await room.write("dir/new", "n", fields);
  assertEquals([room.text("file"), room.text("dir/new")], ["s", "n"]);
});

const refusals: readonly (readonly [name: string, refusal: Refusal, fields?: Fields])[] = [
  ["dir", system.EISDIR],
  ["dirlink", system.EISDIR],
  ["dir", system.EISDIR, { followSymlinks: false }],
  ["missing/new", system.ENOENT],
  ["file/new", system.ENOTDIR],
  ["loop", system.ELOOP],
  ["fifo", system.ENXIO, { followSymlinks: false }],
];

for (const [name, refusal, fields] of refusals) {
  const how = fields === undefined ? "" : " without following";
  check(`writing \`${name}\`${how} is refused with ${refusal.words}`, async () => {
    await using room = await openRoom(server());
    await room.put(files);
    const failure = await room.refused("fs/writeFile", name, { dataBase64: "eA==", ...fields });
    assertRefusal(failure, refusal);
    await room.peer.proveOpen();
  });
}

// The reference waits for a reader: the connection answers no more, and the server cannot be ended.
check("a FIFO without a reader refuses a write and holds up nothing", async () => {
  await using room = await openRoom(server());
  await room.put({ fifo: "|" });
  const write = room.peer.post("fs/writeFile", { path: room.uri("fifo"), dataBase64: "eA==" });
  const status = room.peer.post("environment/status");
  assertEquals((await room.peer.answer(status)).result, { status: "ready" });
  assertRefusal((await room.peer.answer(write)).error ?? { code: 0, message: "" }, system.ENXIO);
}, { only: "ours" });

check("a FIFO with a reader takes what is written", async () => {
  await using room = await openRoom(server());
  await room.put({ fifo: "|", opened: "|" });
  const script = 'exec <>"$0" 3>"$1"; echo >&3; exec 3>&-; head -n 1';
  const args = ["-c", script, room.at("fifo"), room.at("opened")];
  const reader = new Deno.Command("sh", { args, stdout: "piped" }).output();
  await readFifo(room.at("opened"));
  await room.write("fifo", "for the reader\n");
  assertEquals(new TextDecoder().decode((await reader).stdout), "for the reader\n");
});

check("a device takes what is written", async () => {
  await using peer = await server().session();
  const params = { path: "file:///dev/null", dataBase64: "eA==" };
  assertEquals(await peer.call("fs/writeFile", params), {});
});

for (const dataBase64 of ["*", "YQ", "YR==", "YQ==\n", "Y Q=", "-_-_", "="]) {
  check(`data ${JSON.stringify(dataBase64)} is no base64 and changes nothing`, async () => {
    await using room = await openRoom(server());
    await room.put(files);
    assertRefusal(await room.refused("fs/writeFile", "file", { dataBase64 }), NOT_BASE64);
    assertRefusal(await room.refused("fs/writeFile", "new", { dataBase64 }), NOT_BASE64);
    assertEquals(room.text("file"), "content");
    assertEquals(room.list().includes("new"), false);
  });
}

check("data that is missing or no text is refused before anything is touched", async () => {
  await using room = await openRoom(server());
  await room.put(files);
  const missing = await room.refused("fs/writeFile", "file");
  assertRefusal(missing, inWords("missing field `dataBase64`", -32602));
  const wrong = await room.refused("fs/writeFile", "file", { dataBase64: 5 });
  assertEquals(wrong.code, -32602);
  assertEquals(room.text("file"), "content");
});

check("a write that fills a frame arrives whole", async () => {
  await using room = await openRoom(server());
  const text = "0123456789abcdef".repeat(750_000);
  await room.write("large", text);
  assertEquals(room.text("large"), text);
});

check("writes on one connection to one file leave the last of them", async () => {
  await using room = await openRoom(server());
  for (let round = 0; round < 20; round++) await room.write("file", `round ${round}`);
  assertEquals(room.text("file"), "round 19");
});
