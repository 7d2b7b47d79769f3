/** Checks of `fs/open`, `fs/readBlock`, `fs/writeBlock` and `fs/close`. @module */
import { assertEquals } from "@std/assert";
import {
  atOffset,
  close,
  open,
  openNew,
  openRefused,
  readBlock,
  readRefused,
  toTextBlock,
  writeBlock,
  writeRefused,
} from "../support/file_blocks.ts";
import { assertRefusal, inWords, type Refusal, system } from "../support/file_refusals.ts";
import { FileRoom, openRoom } from "../support/file_room.ts";
import { resumeSession } from "../support/resume.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";
import { expectations } from "./expectations.ts";

const server = sharedServer();

const MIB = 1_048_576;
const TEN = "abcdefghij";
const READ_LENGTH = inWords("file read block length must be between 1 and 1048576");
const WRITE_LENGTH = inWords("file write block length must be between 1 and 1048576");
const WRITE_RANGE = inWords("file write range exceeds the signed 64-bit file offset limit");
const ID_LENGTH = inWords("file handle ID must not exceed 32 bytes");
const TOO_MANY = inWords("at most 128 file handles may be open per connection");
const NOT_A_FILE = inWords("is not a file");

/** No such handle. */
function unknown(handleId: string): Refusal {
  return inWords(`unknown file handle \`${handleId}\``, -32004);
}

check("88: the 129th open file of a connection is refused until one is closed", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN });
  const ids = Array.from({ length: 128 }, (_, index) => `k${index}`);
  for (const id of ids) await open(room, id, "ten");
  assertRefusal(await openRefused(room, "one more", "ten"), TOO_MANY);
  assertRefusal(await openRefused(room, "one more", "new", { mode: "replace" }), TOO_MANY);
  assertEquals(room.list(), ["ten"]);
  await using peer = await server().session();
  await open(new FileRoom(peer, room.path), "k0", "ten");
  await close(room.peer, "k0");
  await open(room, "one more", "ten");
  assertEquals(await readBlock(room.peer, "k127", 0, 3), { text: "abc", eof: false });
});

check("88: opens that are refused take no place", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN, "dir/": "" });
  for (let index = 0; index < 200; index++) {
    assertRefusal(await openRefused(room, `m${index}`, "missing"), system.ENOENT);
    assertRefusal(await openRefused(room, `d${index}`, "dir"), NOT_A_FILE);
  }
  for (let index = 0; index < 128; index++) await open(room, `k${index}`, "ten");
});

check("88: many opens at once keep to the limit", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN });
  const posted = Array.from(
    { length: 160 },
    (_, index) => room.peer.post("fs/open", { handleId: `k${index}`, path: room.uri("ten") }),
  );
  const answers = await Promise.all(posted.map((id) => room.peer.answer(id)));
  assertEquals(answers.filter(({ error }) => error === undefined).length, 128);
  for (const { error } of answers) if (error !== undefined) assertRefusal(error, TOO_MANY);
});

check("89: a block that ends with the file is not its end, one beyond is", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN, empty: "" });
  await open(room, "h", "ten");
  const { peer } = room;
  assertEquals(await readBlock(peer, "h", 0, 4), { text: "abcd", eof: false });
  assertEquals(await readBlock(peer, "h", 6, 4), { text: "ghij", eof: false });
  assertEquals(await readBlock(peer, "h", 0, 10), { text: TEN, eof: false });
  assertEquals(await readBlock(peer, "h", 0, 11), { text: TEN, eof: true });
  assertEquals(await readBlock(peer, "h", 8, 4), { text: "ij", eof: true });
  assertEquals(await readBlock(peer, "h", 10, 1), { text: "", eof: true });
  assertEquals(await readBlock(peer, "h", 1_000_000, 5), { text: "", eof: true });
  await open(room, "e", "empty");
  assertEquals(await readBlock(peer, "e", 0, 1), { text: "", eof: true });
});

check("89: a block has 1 to 1048576 bytes", async () => {
  await using room = await openRoom(server());
  await room.put({ large: "x".repeat(MIB + 5) });
  await open(room, "h", "large");
  const { peer } = room;
  for (const len of [0, MIB + 1, 2 ** 40]) {
    assertRefusal(await readRefused(peer, "h", 0, len), READ_LENGTH);
    assertRefusal(await readRefused(peer, "nobody", 0, len), READ_LENGTH);
  }
  for (const len of [-1, 1.5, "1", null]) {
    assertEquals((await readRefused(peer, "h", 0, len)).code, -32602, `len ${len}`);
  }
  for (const offset of [-1, 1.5, "0", null]) {
    assertEquals((await readRefused(peer, "h", offset)).code, -32602, `offset ${offset}`);
    assertEquals((await writeRefused(peer, "h", offset)).code, -32602, `offset ${offset}`);
  }
  const { text, eof } = await readBlock(peer, "h", 0, MIB);
  assertEquals([text.length, eof], [MIB, false]);
});

check("89: an open file is read on after it was renamed, replaced and removed", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN });
  await open(room, "h", "ten");
  await Deno.rename(room.at("ten"), room.at("moved"));
  await room.put({ ten: "another" });
  assertEquals((await readBlock(room.peer, "h", 0, 99)).text, TEN);
  await Deno.remove(room.at("moved"));
  assertEquals((await readBlock(room.peer, "h", 5, 99)).text, "fghij");
});

check("89: what is added to an open file is read", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN });
  await open(room, "h", "ten");
  assertEquals(await readBlock(room.peer, "h", 10, 5), { text: "", eof: true });
  await Deno.writeTextFile(room.at("ten"), "more", { append: true });
  assertEquals(await readBlock(room.peer, "h", 10, 5), { text: "more", eof: true });
});

check("89: offsets go to the end of 63 bits, and a failed read closes the handle", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN });
  const { peer } = room;
  await open(room, "h", "ten");
  const end = { chunk: "", eof: true };
  for (const offset of ["9007199254740993", "4611686018427387904"]) {
    assertEquals(await atOffset(peer, "fs/readBlock", "h", offset), end, offset);
  }
  for (const offset of ["18446744073709555712", "1e30"]) {
    assertEquals(await atOffset(peer, "fs/readBlock", "h", offset), -32602, offset);
  }
  const { offsetBeyondCode } = expectations();
  for (const offset of ["9223372036854775808", "18446744073709550000", "18446744073709551615"]) {
    assertEquals(await atOffset(peer, "fs/readBlock", "h", offset), -32600, offset);
    assertRefusal(await readRefused(peer, "h"), unknown("h"));
    await open(room, "h", "ten");
  }
  const beyond = "18446744073709551616";
  assertEquals(await atOffset(peer, "fs/readBlock", "h", beyond), offsetBeyondCode, beyond);
});

check("90: ids have at most 32 bytes, wherever they are said", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN });
  const { peer } = room;
  for (const id of ["x".repeat(33), "é".repeat(17), `${"é".repeat(16)}x`]) {
    assertRefusal(await openRefused(room, id, "ten"), ID_LENGTH);
    assertRefusal(await readRefused(peer, id), ID_LENGTH);
    assertRefusal(await writeRefused(peer, id), ID_LENGTH);
    assertRefusal(await peer.refused("fs/close", { handleId: id }), ID_LENGTH);
  }
  for (const id of ["", " ", "x".repeat(32), "é".repeat(16), "__proto__", 'a"`\n\0']) {
    await open(room, id, "ten");
    assertEquals((await readBlock(peer, id, 0, 1)).text, "a");
    await close(peer, id);
  }
});

check("90: closing is for everyone, as often as one likes", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN });
  await close(room.peer, "nobody");
  await open(room, "h", "ten");
  await close(room.peer, "h");
  await close(room.peer, "h");
  assertRefusal(await readRefused(room.peer, "h"), unknown("h"));
  assertRefusal(await writeRefused(room.peer, "h"), unknown("h"));
  await open(room, "h", "ten");
});

check("90: an id is used once at a time, whatever the second path is", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN, other: "other", "dir/": "" });
  await open(room, "h", "ten");
  const taken = inWords("file handle `h` already exists");
  for (const name of ["ten", "dir", "missing"]) {
    assertRefusal(await openRefused(room, "h", name), taken);
  }
  assertRefusal(await openRefused(room, "h", "other", { mode: "replace" }), taken);
  assertEquals(room.text("other"), "other");
  assertEquals((await readBlock(room.peer, "h", 0, 2)).text, "ab");
});

check(
  "91: replacing empties the file at once, keeps its mode, and makes what is missing",
  async () => {
    await using room = await openRoom(server());
    await room.put({ old: "some text", dangling: "->made" });
    await Deno.chmod(room.at("old"), 0o640);
    await openNew(room, "o", "old");
    assertEquals([room.text("old"), room.mode("old")], ["", 0o640]);
    await openNew(room, "n", "new");
    await openNew(room, "d", "dangling");
    assertEquals(room.list(), ["dangling@", "made", "new", "old"]);
    await Deno.writeTextFile(room.at("like"), "");
    assertEquals(room.mode("new"), room.mode("like"));
  },
);

check("91: blocks are written where they belong, in any order, with holes", async () => {
  await using room = await openRoom(server());
  await openNew(room, "w", "out");
  await writeBlock(room.peer, "w", 8, "!");
  await writeBlock(room.peer, "w", 0, "hello");
  assertEquals(room.text("out"), "hello\0\0\0!");
  await writeBlock(room.peer, "w", 1, "E");
  assertEquals(room.text("out"), "hEllo\0\0\0!");
  await writeBlock(room.peer, "w", 5_000_000_000, "far");
  assertEquals((await room.metadata("out")).size, 5_000_000_003);
});

check("91: a block to write has 1 to 1048576 bytes of strict base64", async () => {
  await using room = await openRoom(server());
  await openNew(room, "w", "out");
  const { peer } = room;
  const long = new Uint8Array(MIB + 1).toBase64();
  for (const id of ["w", "nobody"]) {
    assertRefusal(await writeRefused(peer, id, 0, ""), WRITE_LENGTH);
    assertRefusal(await writeRefused(peer, id, 0, long), WRITE_LENGTH);
  }
  for (const chunk of ["*", "YQ", "YR==", 5, null]) {
    assertEquals((await writeRefused(peer, "w", 0, chunk)).code, -32602, `chunk ${chunk}`);
  }
  assertEquals(room.text("out"), "");
  await writeBlock(peer, "w", 0, "x".repeat(MIB));
  assertEquals(room.text("out").length, MIB);
});

check("91: no write passes the end of 63 bits, and the handle stays", async () => {
  await using room = await openRoom(server());
  await openNew(room, "w", "out");
  const { peer } = room;
  for (const offset of ["9223372036854775807", "18446744073709551615"]) {
    assertEquals(await atOffset(peer, "fs/writeBlock", "w", offset), -32600, offset);
  }
  assertRefusal(await writeRefused(peer, "w", 2 ** 63), WRITE_RANGE);
  const { offsetBeyondCode } = expectations();
  const beyond = await atOffset(peer, "fs/writeBlock", "w", "18446744073709551616");
  assertEquals(beyond, offsetBeyondCode);
  await writeBlock(peer, "w", 0, "still open");
  assertEquals(room.text("out"), "still open");
});

check("91: a handle for reading is not written, nor one for writing read", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN });
  const { peer } = room;
  await open(room, "r", "ten", { mode: "read" });
  assertRefusal(await writeRefused(peer, "r"), system.EBADF);
  assertEquals(await readBlock(peer, "r", 0, 3), { text: "abc", eof: false });
  await openNew(room, "w", "out");
  assertRefusal(await readRefused(peer, "w"), system.EBADF);
  assertRefusal(await writeRefused(peer, "w"), unknown("w"));
  assertEquals(room.text("ten"), TEN);
});

const unopenable: readonly (readonly [name: string, read: Refusal, replace: Refusal])[] = [
  ["dir", NOT_A_FILE, system.EISDIR],
  ["fifo", NOT_A_FILE, system.ENXIO],
  ["missing/new", system.ENOENT, system.ENOENT],
  ["ten/below", system.ENOTDIR, system.ENOTDIR],
  ["loop", system.ELOOP, system.ELOOP],
];

for (const [name, read, replace] of unopenable) {
  check(`91: opening \`${name}\` is refused and leaves the id free`, async () => {
    await using room = await openRoom(server());
    await room.put({ ten: TEN, "dir/": "", fifo: "|", loop: "->loop" });
    assertRefusal(await openRefused(room, "h", name), read);
    assertRefusal(await openRefused(room, "h", name, { mode: "replace" }), replace);
    await open(room, "h", "ten");
    assertEquals(room.list(), ["dir/", "fifo", "loop@", "ten"]);
  });
}

check(
  "91: devices are opened neither way, missing files and links to nothing only anew",
  async () => {
    await using room = await openRoom(server());
    await room.put({ dangling: "->made" });
    const device = { handleId: "h", path: "file:///dev/null" };
    for (const mode of ["read", "replace"]) {
      assertRefusal(await room.peer.refused("fs/open", { ...device, mode }), NOT_A_FILE);
    }
    for (const name of ["missing", "dangling"]) {
      assertRefusal(await openRefused(room, "h", name), system.ENOENT);
      await openNew(room, name, name);
    }
  },
);

for (const mode of ["write", "append", "Read", "", null, 1]) {
  check(`91: the mode ${JSON.stringify(mode)} does not exist`, async () => {
    await using room = await openRoom(server());
    await room.put({ ten: TEN });
    assertEquals((await openRefused(room, "h", "ten", { mode })).code, -32602);
    assertEquals(room.text("ten"), TEN);
  });
}

check("92: handles end with their connection, not with their session", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN });
  const first = await server().connect();
  const sessionId = await first.handshake();
  await open(new FileRoom(first, room.path), "h", "ten");
  await first.drop();
  await using second = await server().connect();
  await resumeSession(second, sessionId);
  second.send({ method: "initialized" });
  assertRefusal(await readRefused(second, "h"), unknown("h"));
  await open(new FileRoom(second, room.path), "h", "ten");
});

check("handles belong to their connection", async () => {
  await using room = await openRoom(server());
  await room.put({ ten: TEN, other: "other" });
  await open(room, "h", "ten");
  await using peer = await server().session();
  assertRefusal(await readRefused(peer, "h"), unknown("h"));
  await close(peer, "h");
  await open(new FileRoom(peer, room.path), "h", "other");
  assertEquals((await readBlock(peer, "h", 0, 5)).text, "other");
  assertEquals((await readBlock(room.peer, "h", 0, 5)).text, "abcde");
});

check("blocks of one handle read at once are each their own", async () => {
  await using room = await openRoom(server());
  const line = (index: number) => `${index}`.padStart(1000, ".");
  const count = 300;
  await room.put({ lines: Array.from({ length: count }, (_, index) => line(index)).join("") });
  await open(room, "h", "lines");
  const order = Array.from({ length: count }, (_, index) => (index * 7) % count);
  const posted = order.map((index) =>
    room.peer.post("fs/readBlock", { handleId: "h", offset: index * 1000, len: 1000 })
  );
  for (const [at, index] of order.entries()) {
    const { result } = await room.peer.answer(posted[at] ?? 0);
    assertEquals(toTextBlock(result).text, line(index));
  }
});

check("blocks of one handle written at once all arrive", async () => {
  await using room = await openRoom(server());
  await openNew(room, "w", "out");
  const count = 300;
  const line = (index: number) => `${index}`.padStart(1000, ".");
  const order = Array.from({ length: count }, (_, index) => (index * 7) % count);
  const posted = order.map((index) => {
    const chunk = new TextEncoder().encode(line(index)).toBase64();
    return room.peer.post("fs/writeBlock", { handleId: "w", offset: index * 1000, chunk });
  });
  for (const id of posted) assertEquals((await room.peer.answer(id)).result, {});
  const expected = Array.from({ length: count }, (_, index) => line(index)).join("");
  assertEquals(room.text("out"), expected);
});
