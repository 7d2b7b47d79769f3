/** `fs/grep` through the wire: matches while it runs, cancelling, and nothing left behind. @module */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { within } from "../../support/deadline.ts";
import { type Fields, type FileRoom, openRoom } from "../../support/file_room.ts";
import { launchServer } from "../../support/server_process.ts";
import { sharedServer } from "../../support/shared_server.ts";
import { makeRunaway, RUNAWAY } from "./search/runaway.ts";

const server = sharedServer();

const match = v.strictObject({
  path: v.string(),
  line: v.number(),
  text: v.string(),
  start: v.number(),
  end: v.number(),
});
const pushed = v.strictObject({
  searchId: v.string(),
  matches: v.array(match),
  files: v.number(),
});
const answered = v.strictObject({
  matches: v.number(),
  files: v.number(),
  errors: v.array(v.strictObject({ path: v.string(), message: v.string() })),
  truncated: v.boolean(),
});

const runaway = { searchId: "runaway", pattern: RUNAWAY, isRegex: true };

/** Searches to the end. Matches are `name:line:text`. */
async function grep(room: FileRoom, pattern: string, fields: Fields = {}, name = "w") {
  const params = { searchId: "s", pattern, ...fields };
  const result = v.parse(answered, await room.call("fs/grep", name, params));
  const found = room.peer.wire.inbox.untaken
    .filter(({ method }) => method === "fs/grepMatches")
    .flatMap(({ params }) => v.parse(pushed, params).matches)
    .map(({ path, line, text }) => `${path.replace(room.uri(""), "")}:${line}:${text}`);
  return { found, ...result };
}

/** Process ids of the programs that search for a server. */
async function searchPrograms(serverPid: number): Promise<number[]> {
  const pids: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const read = (file: string) => Deno.readTextFile(`/proc/${name}/${file}`).catch(() => "");
    const parent = /^PPid:\t(\d+)$/m.exec(await read("status"))?.[1];
    if (parent !== `${serverPid}`) continue;
    if ((await read("cmdline")).includes("search-helper")) pids.push(Number(name));
  }
  return pids;
}

/** Settles when a process that is no child of ours has ended. */
async function gone(pid: number): Promise<void> {
  const args = ["--pid", `${pid}`, "-s", "0.05", "-f", "/dev/null"];
  const child = new Deno.Command("tail", { args }).spawn();
  try {
    await within(child.status, `process ${pid} to end`);
  } catch (error) {
    child.kill("SIGKILL");
    await child.status;
    throw error;
  }
}

/** Begins a search that never ends, and waits until it has found something. */
async function beginRunaway(room: FileRoom): Promise<number> {
  await makeRunaway(room.path);
  const id = room.peer.post("fs/grep", { path: `file://${room.path}`, ...runaway });
  await room.peer.notification("fs/grepMatches");
  return id;
}

Deno.test("fs/grep pushes matching lines in the order of fs/walk, then its result", async () => {
  await using room = await openRoom(server());
  await room.put({
    "w/b": "one\ntwo one\r\n",
    "w/a/x": "nothing\none more",
    "w/a.ts": "ONE\n",
    "w/.hidden": "one\n",
    "w/binary": "one\0one\n",
    "w/link": "->b",
    "w/loop": "->.",
    "w/fifo": "|",
  });
  const { found, ...result } = await grep(room, "one");
  assertEquals(found, ["w/b:1:one", "w/b:2:two one", "w/a/x:2:one more"]);
  assertEquals(result, { matches: 3, files: 3, errors: [], truncated: false });
});

Deno.test("fs/grep looks where it is told to", async () => {
  await using room = await openRoom(server());
  await room.put({
    "w/.gitignore": "ignored\n",
    "w/ignored/f.ts": "x",
    "w/.hidden/f.ts": "x",
    "w/.git/f.ts": "x",
    "w/src/f.ts": "x",
    "w/src/f.js": "X",
    "w/lib/f.ts": "x",
  });
  const files = async (fields: Fields) => {
    await using own = await openRoom(server());
    const { found } = await grep(own, "x", fields, `../${room.path.split("/").at(-1)}/w`);
    return found.map((text) => text.replace(/^.*\/w\/(.*):1:.$/, "$1")).sort();
  };
  const all = ["lib/f.ts", "src/f.ts"];
  assertEquals(await files({}), all);
  assertEquals(await files({ include: ["src/**"] }), ["src/f.ts"]);
  assertEquals(await files({ include: ["**/*.js"], ignoreCase: true }), ["src/f.js"]);
  assertEquals(await files({ exclude: ["lib"] }), ["src/f.ts"]);
  assertEquals(await files({ includeHidden: true }), [".hidden/f.ts", ...all]);
  const nothingIgnored = { includeHidden: true, respectIgnoreFiles: false };
  const every = [".git/f.ts", ".hidden/f.ts", "ignored/f.ts", ...all];
  assertEquals(await files(nothingIgnored), every);
});

Deno.test("fs/grep searches a single file, also through a link", async () => {
  await using room = await openRoom(server());
  await room.put({ "w/f": "a\nb", "w/link": "->f" });
  for (const name of ["w/f", "w/link"]) {
    await using own = await openRoom(server());
    const path = room.uri(name);
    const result = await own.peer.call("fs/grep", { path, searchId: "s", pattern: "b" });
    assertEquals(v.parse(answered, result).matches, 1);
    const { params } = await own.peer.notification("fs/grepMatches");
    assertEquals(v.parse(pushed, params).matches, [{ path, line: 2, text: "b", start: 0, end: 1 }]);
  }
});

Deno.test("fs/grep ends at maxMatches", async () => {
  await using room = await openRoom(server());
  await room.put({ "w/f": "a\na\na\n" });
  const { found, truncated } = await grep(room, "a", { maxMatches: 2 });
  assertEquals([found, truncated], [["w/f:1:a", "w/f:2:a"], true]);
});

Deno.test("fs/grep reads files whose names are not UTF-8", async () => {
  await using room = await openRoom(server());
  await room.put({ "w/": "" });
  const script = 'cd "$0" && printf needle > "$(printf "a\\377b")"';
  await new Deno.Command("sh", { args: ["-c", script, room.at("w")] }).output();
  const { found } = await grep(room, "needle");
  assertEquals(found, ["w/a%FFb:1:needle"]);
});

const refusals: readonly (readonly [fields: Fields, code: number, words: string])[] = [
  [{ pattern: "(", isRegex: true }, -32602, "Unterminated group"],
  [{ searchId: "" }, -32602, "`searchId` has 0 bytes, wanted 1 to 64"],
  [{ maxMatches: 0 }, -32602, "`maxMatches` is 0, wanted 1 to 100000"],
  [{ maxMatches: 100_001 }, -32602, "`maxMatches` is 100001"],
  [{ pattern: "x".repeat(70_000) }, -32602, "the patterns have 70001 characters"],
  [{ path: "file:///none/at/all" }, -32004, "No such file or directory (os error 2)"],
  [{ path: "file:///C:/x" }, -32600, "'file:///C:/x' is invalid on 'linux'"],
];

for (const [fields, code, words] of refusals) {
  Deno.test(`fs/grep refuses ${JSON.stringify(fields).slice(0, 60)}`, async () => {
    await using room = await openRoom(server());
    const params = { path: room.uri(""), searchId: "s", pattern: "x", ...fields };
    const failure = await room.peer.refused("fs/grep", params);
    assertEquals(failure.code, code);
    assertStringIncludes(failure.message, words);
  });
}

Deno.test("a pattern that never ends holds up nothing, shows that it runs, and is cancelled", async () => {
  await using room = await openRoom(server());
  const id = await beginRunaway(room);
  assertEquals((await searchPrograms(server().pid)).length, 1);
  await room.peer.proveOpen();
  assertEquals(await room.peer.call("environment/status"), { status: "ready" });
  const taken = await room.peer.refused("fs/grep", { path: `file://${room.path}`, ...runaway });
  assertEquals([taken.code, taken.message], [-32600, 'Cannot search: the id "runaway" is in use']);
  // A search that finds nothing more is heard of all the same.
  const isEmpty = (params: Fields) => v.parse(pushed, params).matches.length === 0;
  const { params } = await room.peer.notification("fs/grepMatches", isEmpty);
  assertEquals(v.parse(pushed, params).searchId, "runaway");
  const [pid = 0] = await searchPrograms(server().pid);
  assertEquals(await room.peer.call("fs/cancelSearch", { searchId: "runaway" }), {});
  const { result } = await room.peer.answer(id);
  const { truncated, matches } = v.parse(answered, result);
  assertEquals([truncated, matches > 0], [true, true]);
  await gone(pid);
  assertEquals(await room.peer.call("fs/cancelSearch", { searchId: "runaway" }), {});
});

Deno.test("a search ends with its connection", async () => {
  await using room = await openRoom(server());
  await beginRunaway(room);
  const [pid = 0] = await searchPrograms(server().pid);
  await room.peer.drop();
  await gone(pid);
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  for (const runner of ["posix", "command"]) {
    Deno.test(`a search ends with a server that ${runner} runs, by ${signal}`, async () => {
      await using own = await launchServer({ args: ["--spawner", runner] });
      const room = await openRoom(own);
      await beginRunaway(room);
      const [pid = 0] = await searchPrograms(own.pid);
      assert(pid > 0);
      await own.endBy(signal);
      await gone(pid);
    });
  }
}
