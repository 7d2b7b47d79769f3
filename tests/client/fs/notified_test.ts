/** Searches and watches, against a server whose every word a test decides. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { ExecServerError, type FileChanges, type GrepMatch } from "../../../client/mod.ts";
import { within } from "../../support/deadline.ts";
import { scriptedInfo, type ScriptedSession, scriptedSession } from "../scripted_server.ts";

const able = {
  ...scriptedInfo,
  capabilities: { fsGrep: true, fsWatch: true, fsWatchMissing: true },
};

function match(line: number): GrepMatch {
  return { path: "file:///r/a", line, text: "x", start: 0, end: 1 };
}

function session(): Promise<ScriptedSession> {
  return scriptedSession({}, able);
}

function idOf(asked: { readonly params: unknown }, name: string): unknown {
  return Object(asked.params)[name];
}

Deno.test("grep() gives matches while the search runs, and ends with it", async () => {
  const { client, server } = await session();
  const search = client.fs.grep("file:///r", "x", { ignoreCase: true })[Symbol.asyncIterator]();
  const first = search.next();
  const asked = await server.asked("fs/grep");
  const searchId = idOf(asked, "searchId");
  assertEquals(asked.params, { searchId, path: "file:///r", pattern: "x", ignoreCase: true });
  server.notify("fs/grepMatches", { searchId: "another", matches: [match(9)], files: 1 });
  server.notify("fs/grepMatches", { searchId, matches: [match(1), match(2)], files: 1 });
  assertEquals((await within(first, "a match")).value?.line, 1);
  server.notify("fs/grepMatches", { searchId, matches: [match(3)], files: 1 });
  server.answer(asked, { matches: 3, files: 1, errors: [], truncated: false });
  const rest: number[] = [];
  for (let next = await search.next(); !next.done; next = await search.next()) {
    rest.push(next.value.line);
  }
  assertEquals(rest, [2, 3]);
  await server.proveQuiet(client);
  await client.close();
});

Deno.test("Leaving the loop of grep() ends the search", async () => {
  const { client, server } = await session();
  const reading = (async () => {
    for await (const { line } of client.fs.grep("file:///r", "x")) return line;
    return undefined;
  })();
  const asked = await server.asked("fs/grep");
  const searchId = idOf(asked, "searchId");
  server.notify("fs/grepMatches", { searchId, matches: [match(5)], files: 1 });
  assertEquals(await within(reading, "a match"), 5);
  assertEquals(await server.serve("fs/cancelSearch", {}), { searchId });
  await client.close();
});

Deno.test("grep() fails when matches come faster than they are taken", async () => {
  const { client, server } = await session();
  const search = client.fs.grep("file:///r", "x")[Symbol.asyncIterator]();
  const first = search.next();
  const searchId = idOf(await server.asked("fs/grep"), "searchId");
  const matches = Array.from({ length: 5000 }, (_, at) => match(at + 1));
  for (let round = 0; round < 8; round++) {
    server.notify("fs/grepMatches", { searchId, matches, files: 1 });
  }
  await within(first, "a match");
  const error = await assertRejects(async () => {
    for (;;) if ((await search.next()).done) return;
  }, ExecServerError);
  assertEquals(error.kind, "limit");
  assertEquals(await server.serve("fs/cancelSearch", {}), { searchId });
  await client.close();
});

Deno.test("grep() fails with the server's refusal, and with the connection", async () => {
  const { client, server } = await session();
  const refused = client.fs.grep("file:///r", "(", { isRegex: true })[Symbol.asyncIterator]()
    .next();
  server.refuse(await server.asked("fs/grep"), -32602, "bad pattern");
  await assertRejects(() => within(refused, "a refusal"), ExecServerError, "bad pattern");
  const lost = client.fs.grep("file:///r", "x")[Symbol.asyncIterator]().next();
  await server.asked("fs/grep");
  server.transport.close("gone");
  const error = await assertRejects(() => within(lost, "the end"), ExecServerError);
  assertEquals(error.kind, "disconnected");
});

Deno.test("watch() tells changes until the loop is left", async () => {
  const { client, server } = await session();
  const told: FileChanges[] = [];
  const watching = (async () => {
    for await (const batch of client.fs.watch("file:///r", { ignore: ["x"] })) {
      told.push(batch);
      if (batch.overflow) return;
    }
  })();
  const asked = await server.asked("fs/watch");
  const watchId = idOf(asked, "watchId");
  assertEquals(asked.params, { watchId, path: "file:///r", ignore: ["x"] });
  const changes = [{ path: "file:///r/a", kind: "created" }] as const;
  // A change may be told before the watch is answered.
  server.notify("fs/changed", { watchId, changes });
  server.answer(asked, { directories: 1 });
  server.notify("fs/changed", { watchId, changes: [], incomplete: "too many" });
  server.notify("fs/changed", { watchId, changes: [], overflow: true });
  await within(watching, "the end of the loop");
  assertEquals(told, [
    { changes, overflow: false },
    { changes: [], overflow: false, incomplete: "too many" },
    { changes: [], overflow: true },
  ]);
  assertEquals(await server.serve("fs/unwatch", {}), { watchId });
  await client.close();
});

Deno.test("watch() fails when the watch ends by itself", async () => {
  const { client, server } = await session();
  const first = client.fs.watch("file:///r")[Symbol.asyncIterator]().next();
  const asked = await server.asked("fs/watch");
  const watchId = idOf(asked, "watchId");
  server.answer(asked, { directories: 1 });
  server.notify("fs/changed", { watchId, changes: [], ended: "it was removed" });
  const error = await assertRejects(() => within(first, "the end"), ExecServerError);
  assertEquals([error.kind, error.message], ["watchEnded", "The watch ended: it was removed"]);
  await client.close();
});

Deno.test("A reader of watch() that falls far behind is told to look again", async () => {
  const { client, server } = await session();
  const watch = client.fs.watch("file:///r")[Symbol.asyncIterator]();
  const first = watch.next();
  const asked = await server.asked("fs/watch");
  const watchId = idOf(asked, "watchId");
  server.answer(asked, { directories: 1 });
  const changes = [{ path: "file:///r/a", kind: "changed" }] as const;
  for (let round = 0; round < 1500; round++) server.notify("fs/changed", { watchId, changes });
  await within(first, "a change");
  await server.proveQuiet(client);
  let overflowed = false;
  for (let taken = 0; taken < 600 && !overflowed; taken++) {
    overflowed = (await within(watch.next(), "a change")).value?.overflow ?? false;
  }
  assertEquals(overflowed, true);
  await client.close();
});

Deno.test("watchMissing() settles once when told, and at once when there is nothing to wait for", async () => {
  const { client, server } = await session();
  const waiting = client.fs.watchMissing(["file:///r/a"], { present: "file:///r" });
  const asked = await server.asked("fs/watchMissing");
  const watchId = Number(idOf(asked, "watchId"));
  assertEquals(asked.params, { watchId, missing: ["file:///r/a"], present: "file:///r" });
  server.answer(asked, { watching: true });
  const { watching, changed } = await waiting;
  assertEquals(watching, true);
  server.notify("fs/missingChanged", { watchId });
  await within(changed, "the change");
  const again = client.fs.watchMissing(["file:///r/a"]);
  const second = await server.asked("fs/watchMissing");
  assertEquals(Number(idOf(second, "watchId")) > watchId, true);
  server.answer(second, { watching: false });
  assertEquals((await again).watching, false);
  await within((await again).changed, "the end of the wait");
  await client.close();
});

Deno.test("What a server does not announce is refused here", async () => {
  const { client, server } = await scriptedSession();
  const { fs } = client;
  const calls: (() => Promise<unknown>)[] = [
    () => fs.rename("file:///a", "file:///b"),
    () => fs.symlink("file:///a", "b"),
    () => fs.chmod("file:///a", 0o600),
    () => fs.hash("file:///a"),
    () => fs.glob("file:///a", ["*"]),
    () => fs.readDirectory("file:///a", { metadata: true }),
    () => fs.writeFile("file:///a", new Uint8Array(), { atomic: true }),
    () => fs.open("file:///a", { mode: "update" }),
    () => fs.open("file:///a", { mode: "replace" }),
    () => fs.watchMissing(["file:///a"]),
    () => Promise.resolve(fs.grep("file:///a", "x")[Symbol.asyncIterator]().next()),
    () => Promise.resolve(fs.watch("file:///a")[Symbol.asyncIterator]().next()),
  ];
  for (const call of calls) {
    const error = await assertRejects(() => call(), ExecServerError);
    assertEquals(error.kind, "notSupported");
  }
  await server.proveQuiet(client);
  await client.close();
});
