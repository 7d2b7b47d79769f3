/** Checks of `fs/watchMissing` and `fs/missingChanged`. @module */
import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { pause } from "../support/deadline.ts";
import { assertRefusal, inWords } from "../support/file_refusals.ts";
import { FileRoom, openRoom } from "../support/file_room.ts";
import { resumeSession } from "../support/resume.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const server = sharedServer();

/** How long nothing must happen, in milliseconds: notifications come within a few. */
const QUIET_MS = 150;

/** Asks for a watch.
 * @returns whether there is one now */
async function watch(
  room: FileRoom,
  watchId: number,
  missing: readonly string[],
  present?: string,
): Promise<boolean> {
  const result = await room.peer.call("fs/watchMissing", {
    watchId,
    missing: missing.map((name) => name.startsWith("file:") ? name : room.uri(name)),
    ...(present === undefined ? {} : { present: room.uri(present) }),
  });
  return v.parse(v.strictObject({ watching: v.boolean() }), result).watching;
}

/** Waits for the notification of a watch. */
async function fired(room: FileRoom, watchId: number): Promise<void> {
  const { params } = await room.peer.notification("fs/missingChanged");
  assertEquals(params, { watchId });
}

/** Checks that no notification is there, nor comes. */
async function quiet(room: FileRoom): Promise<void> {
  await pause(QUIET_MS);
  const rest = room.peer.wire.inbox.untaken.filter(({ method }) => method === "fs/missingChanged");
  assertEquals(rest.map(({ text }) => text), []);
}

check("93: a watch tells once that a path appeared", async () => {
  await using room = await openRoom(server());
  assertEquals(await watch(room, 1, ["a"]), true);
  await room.put({ a: "" });
  await fired(room, 1);
  await Deno.remove(room.at("a"));
  await room.put({ a: "again" });
  await quiet(room);
});

check(
  "93: a watch tells of a file, a directory, a link to nothing and a renamed file",
  async () => {
    await using room = await openRoom(server());
    await room.put({ other: "" });
    const appearances: readonly (() => Promise<void>)[] = [
      () => room.put({ "x": "" }),
      () => room.put({ "x/": "" }),
      () => room.put({ x: "->nowhere" }),
      () => Deno.rename(room.at("other"), room.at("x")),
      () => room.write("x", "by the server"),
    ];
    for (const [index, appear] of appearances.entries()) {
      assertEquals(await watch(room, index + 1, ["x"]), true);
      await appear();
      await fired(room, index + 1);
      await Deno.remove(room.at("x"));
    }
  },
);

check("93: a watch tells that a directory on the way appeared", async () => {
  await using room = await openRoom(server());
  assertEquals(await watch(room, 1, ["a/b/c"]), true);
  await room.put({ "a/": "" });
  await fired(room, 1);
  assertEquals(await watch(room, 2, ["a/b/c"]), true);
  await room.put({ "a/b/": "" });
  await fired(room, 2);
  assertEquals(await watch(room, 3, ["a/b/c"]), true);
  await room.put({ "a/b/c": "" });
  await fired(room, 3);
});

check("93: any of 64 paths is told, 65 are not watched", async () => {
  await using room = await openRoom(server());
  const names = Array.from({ length: 65 }, (_, index) => `n${index}`);
  assertEquals(await watch(room, 1, names), false);
  assertEquals(await watch(room, 2, names.slice(0, 64)), true);
  await room.put({ n63: "" });
  await fired(room, 2);
});

const changes: readonly (readonly [words: string, change: (path: string) => Promise<void>])[] = [
  ["is written", (path) => Deno.writeTextFile(path, "longer than before")],
  ["goes away", (path) => Deno.remove(path)],
  ["is replaced", async (path) => {
    await Deno.writeTextFile(`${path}.new`, "other");
    await Deno.rename(`${path}.new`, path);
  }],
  ["is renamed", (path) => Deno.rename(path, `${path}.old`)],
];

for (const [words, change] of changes) {
  check(`93: a watch tells that what was present ${words}`, async () => {
    await using room = await openRoom(server());
    await room.put({ here: "here" });
    assertEquals(await watch(room, 1, ["a", "b"], "here"), true);
    await change(room.at("here"));
    await fired(room, 1);
  });
}

check("93: with something present, a path that appears is told as well", async () => {
  await using room = await openRoom(server());
  await room.put({ here: "here" });
  assertEquals(await watch(room, 1, ["a", "b"], "here"), true);
  await room.put({ b: "" });
  await fired(room, 1);
});

check("93: `present` may be null", async () => {
  await using room = await openRoom(server());
  const params = { watchId: 1, missing: [room.uri("a")], present: null };
  assertEquals(await room.peer.call("fs/watchMissing", params), { watching: true });
});

check("93: what is there already is not watched, even a link to nothing", async () => {
  await using room = await openRoom(server());
  await room.put({ file: "", dangling: "->nowhere", "dir/": "" });
  for (const [index, name] of ["file", "dangling", "dir", "file/below"].entries()) {
    assertEquals(await watch(room, index + 1, ["a", name]), false, name);
  }
});

check("93: a path that leads through a link is not watched", async () => {
  await using room = await openRoom(server());
  await room.put({ "dir/": "", link: "->dir" });
  assertEquals(await watch(room, 1, ["link/a"]), false);
  assertEquals(await watch(room, 2, ["dir/a"]), true);
});

check("93: nothing, missing presence and paths of other systems are not watched", async () => {
  await using room = await openRoom(server());
  assertEquals(await watch(room, 1, []), false);
  assertEquals(await watch(room, 2, ["a"], "missing"), false);
  assertEquals(await watch(room, 3, ["a", "file:///C:/x"]), false);
  assertEquals(await watch(room, 4, ["file://host/x"]), false);
  assertEquals(await watch(room, 5, ["a"]), true);
});

check("93: ids rise, from 1 on", async () => {
  await using room = await openRoom(server());
  assertEquals(await watch(room, 0, ["a"]), false);
  assertEquals(await watch(room, 5, ["a"]), true);
  for (const id of [5, 4, 0]) assertEquals(await watch(room, id, ["b"]), false, `id ${id}`);
  assertEquals(await watch(room, 7, []), false);
  for (const id of [6, 7]) assertEquals(await watch(room, id, ["b"]), false, `id ${id}`);
  assertEquals(await watch(room, 2 ** 53 - 1, ["b"]), true);
});

check("93: a low id leaves the older watch in place", async () => {
  await using room = await openRoom(server());
  assertEquals(await watch(room, 2, ["a"]), true);
  assertEquals(await watch(room, 1, ["b"]), false);
  await room.put({ b: "" });
  await quiet(room);
  await room.put({ a: "" });
  await fired(room, 2);
});

check("93: a new watch takes the place of the older one", async () => {
  await using room = await openRoom(server());
  assertEquals(await watch(room, 1, ["a"]), true);
  assertEquals(await watch(room, 2, ["b"]), true);
  await room.put({ a: "" });
  await quiet(room);
  await room.put({ b: "" });
  await fired(room, 2);
});

check("93: a new watch that is not possible ends the older one all the same", async () => {
  await using room = await openRoom(server());
  await room.put({ file: "" });
  const many = Array.from({ length: 65 }, (_, index) => `n${index}`);
  const impossible = [["file"], [], many, ["file:///C:/x"]];
  for (const [index, missing] of impossible.entries()) {
    assertEquals(await watch(room, 2 * index + 1, [`a${index}`]), true);
    assertEquals(await watch(room, 2 * index + 2, missing), false);
    await room.put({ [`a${index}`]: "" });
  }
  await quiet(room);
});

check("93: parameters that cannot be read use up no id and end no watch", async () => {
  await using room = await openRoom(server());
  assertEquals(await watch(room, 1, ["a"]), true);
  const missing = [room.uri("b")];
  const unreadable = [
    { watchId: "x", missing: [] },
    { watchId: -1, missing },
    { watchId: 2.5, missing },
    { watchId: 9, missing: ["/native"] },
    { watchId: 9, missing: ["file:///a%00"] },
    { watchId: 9, missing: null },
    { watchId: 9, missing, present: 5 },
    { missing },
  ];
  for (const params of unreadable) {
    const { code } = await room.peer.refused("fs/watchMissing", params);
    assertEquals(code, -32602, JSON.stringify(params));
  }
  const unsaid = await room.peer.refused("fs/watchMissing", { watchId: 9 });
  assertRefusal(unsaid, inWords("missing field `missing`", -32602));
  await room.put({ a: "" });
  await fired(room, 1);
  assertEquals(await watch(room, 2, ["c"]), true);
});

check("93: each connection has its own ids and its own watch", async () => {
  await using room = await openRoom(server());
  await using peer = await server().session();
  const second = new FileRoom(peer, room.path);
  assertEquals(await watch(room, 7, ["a"]), true);
  assertEquals(await watch(second, 1, ["b"]), true);
  await room.put({ b: "" });
  await fired(second, 1);
  await quiet(room);
  await room.put({ a: "" });
  await fired(room, 7);
  await quiet(second);
});

check("93: watch and ids end with their connection, not with their session", async () => {
  await using room = await openRoom(server());
  const first = await server().connect();
  const sessionId = await first.handshake();
  assertEquals(await watch(new FileRoom(first, room.path), 5, ["a"]), true);
  await first.drop();
  await using peer = await server().connect();
  await resumeSession(peer, sessionId);
  peer.send({ method: "initialized" });
  const second = new FileRoom(peer, room.path);
  assertEquals(await watch(second, 1, ["b"]), true);
  await room.put({ a: "" });
  await quiet(second);
  await room.put({ b: "" });
  await fired(second, 1);
});
