/** `process/list` through the wire: who sees which processes, and what of them. @module */

import { assert, assertEquals, assertMatch } from "@std/assert";
import * as v from "valibot";
import { limits } from "../../../protocol/limits.ts";
import { memoryPair } from "../../../protocol/transport/memory.ts";
import { Connection } from "../../../server/connection.ts";
import { shownCommand } from "../../../server/process/command.ts";
import { FakeServer } from "../../support/fake_server.ts";
import { MemoryWire } from "../../support/memory_wire.ts";
import { Peer } from "../../support/peer.ts";
import { start } from "../../support/process_calls.ts";

const listed = v.object({
  processes: v.array(v.looseObject({
    session: v.string(),
    processId: v.string(),
    argv: v.array(v.string()),
    startedAtMs: v.number(),
    own: v.boolean(),
    attached: v.boolean(),
  })),
  truncated: v.boolean(),
});

async function list(peer: Peer, params: unknown = {}) {
  return v.parse(listed, await peer.call("process/list", params));
}

/** A connection of somebody else. */
async function stranger(server: FakeServer): Promise<{ peer: Peer; id: string }> {
  const [near, far] = memoryPair();
  void new Connection(far, server, "somebody else").serve();
  const peer = new Peer(new MemoryWire(near), "/");
  return { peer, id: await peer.handshake() };
}

Deno.test("process/list tells everything about a process, from its start to its close", async () => {
  const server = new FakeServer();
  const { peer, id } = await server.session();
  assertEquals(await list(peer), { processes: [], truncated: false });
  const before = Date.now();
  await start(peer, ["/bin/echo", "x"], { processId: "one", cwd: "file:///tmp" });
  const child = server.spawner.last;
  const [first, ...others] = (await list(peer)).processes;
  assert(first !== undefined && others.length === 0);
  const { session, startedAtMs, ...rest } = first;
  assertMatch(session, /^[0-9a-f]{8}$/);
  assert(!id.includes(session), "the name is a part of the secret");
  assert(startedAtMs >= before && startedAtMs <= Date.now());
  const facts = {
    processId: "one",
    pid: 4711,
    argv: ["/bin/echo", "x"],
    argvTruncated: false,
    cwd: "file:///tmp",
    tty: false,
    own: true,
    attached: true,
  };
  const running = { state: "running", exitCode: null, firstSeq: 1, nextSeq: 1, retainedBytes: 0 };
  assertEquals(rest, { ...facts, ...running });
  child.print("abc");
  child.exit(3);
  const exited = { state: "exited", exitCode: 3, firstSeq: 1, nextSeq: 3, retainedBytes: 3 };
  assertEquals((await list(peer)).processes, [{ session, startedAtMs, ...facts, ...exited }]);
  child.close();
  assertEquals((await list(peer)).processes[0]?.state, "closed");
  server.clock.advance(limits.closedProcessMs);
  assertEquals((await list(peer)).processes, []);
  await peer.drop();
});

Deno.test("process/list says why the server ended a process, and what it has forgotten", async () => {
  const server = new FakeServer();
  const { peer } = await server.session();
  const params = { processId: "p", argv: ["x"], cwd: "file:///", env: {}, tty: false };
  await peer.call("process/start", { ...params, timeoutMs: 5 });
  const child = server.spawner.last;
  for (let piece = 0; piece < 20; piece++) child.print("x".repeat(limits.maxChunkBytes));
  server.clock.advance(5);
  child.exit(0, 9);
  const [found] = (await list(peer)).processes;
  assertEquals([found?.endReason, found?.exitCode], ["killed by timeout after 5 ms", 137]);
  assertEquals([found?.firstSeq, found?.nextSeq, found?.retainedBytes], [5, 22, 1024 * 1024]);
  await peer.drop();
});

Deno.test("process/list shows the processes of all sessions of an owner, and of no other", async () => {
  const server = new FakeServer();
  const [one, two, three] = [
    await server.session(),
    await server.session(),
    await stranger(server),
  ];
  await start(one.peer, ["x"], { processId: "a" });
  await start(two.peer, ["x"], { processId: "b" });
  await start(three.peer, ["x"], { processId: "c" });
  const seen = async (peer: Peer, params?: unknown) =>
    (await list(peer, params)).processes.map(({ processId, own }) => [processId, own]);
  assertEquals(await seen(one.peer), [["a", true], ["b", false]]);
  assertEquals(await seen(two.peer), [["a", false], ["b", true]]);
  assertEquals(await seen(three.peer), [["c", true]]);
  // Who knows the secret may take the session over, and so may look at it.
  assertEquals(await seen(one.peer, { sessionId: three.id }), [["c", false]]);
  assertEquals(await seen(three.peer, { sessionId: two.id }), [["b", false]]);
  const text = JSON.stringify(await one.peer.call("process/list", {}));
  for (const { id } of [one, two, three]) assert(!text.includes(id), "a secret is told");
  for (const { peer } of [one, two, three]) await peer.drop();
});

Deno.test("process/list refuses a wrong secret, and a public name in its place", async () => {
  const server = new FakeServer();
  const { peer } = await server.session();
  await start(peer, ["x"]);
  const name = (await list(peer)).processes[0]?.session ?? "";
  for (const sessionId of ["", "nope", name, "00000000-0000-4000-8000-000000000000"]) {
    const refusal = await peer.refused("process/list", { sessionId });
    assertEquals(refusal, { code: -32600, message: `unknown session id ${sessionId}` });
  }
  assertEquals((await peer.refused("process/list", { sessionId: 5 })).code, -32602);
  assertEquals((await list(peer, { sessionId: null })).processes.length, 1);
  await peer.drop();
});

Deno.test("process/list says when the client of a process is gone, until its session expires", async () => {
  const server = new FakeServer();
  const [one, two] = [await server.session(), await server.session()];
  await start(one.peer, ["x"]);
  await one.peer.drop();
  await one.ended;
  assertEquals((await list(two.peer)).processes.map(({ attached }) => attached), [false]);
  server.clock.advance(limits.detachedSessionMs);
  assertEquals((await list(two.peer)).processes, []);
  await two.peer.drop();
});

Deno.test("process/list is bounded, and processes with giant ids do not hide the others", async () => {
  const server = new FakeServer();
  const { peer } = await server.session();
  // Few of these fit, and the small one is shown although it is older.
  const long = "x".repeat(limits.listedCharacters / 4);
  await start(peer, ["small"], { processId: "small" });
  for (const letter of ["a", "b", "c", "d", "e"]) {
    await start(peer, ["x"], { processId: letter + long });
  }
  const { processes, truncated } = await list(peer);
  assertEquals([processes.length, processes[0]?.processId, truncated], [4, "small", true]);
  await peer.drop();
});

Deno.test("process/list tells of small processes before giant ones, and of new ones before old", async () => {
  const server = new FakeServer();
  const { peer } = await server.session();
  const ids: string[] = [];
  async function startAll(...more: string[]): Promise<void> {
    for (const processId of more) {
      await start(peer, ["x"], { processId });
      ids.push(processId);
    }
  }
  await startAll("before", "a".repeat(limits.listedCharacters - 2000));
  await startAll("b".repeat(limits.listedCharacters - 2000), "after 1", "after 2");
  const { processes, truncated } = await list(peer);
  const told = ids.filter((_, at) => at !== 1);
  assertEquals(processes.map(({ processId }) => told.indexOf(processId)), [0, 1, 2, 3]);
  assertEquals(truncated, true);
  await peer.drop();
});

Deno.test("what is shown of a command is cut, also in the middle of a character", () => {
  const cwd = "file:///";
  const whole = ["a", "b".repeat(limits.listedArgvCharacters - 2)];
  assertEquals(shownCommand(whole, cwd), { argv: whole, isCut: false, cwd });
  const cut = shownCommand(["a", "b".repeat(limits.listedArgvCharacters - 1)], cwd);
  assertEquals([cut.argv[1]?.length, cut.isCut], [limits.listedArgvCharacters - 2, true]);
  const half = shownCommand(["😀".repeat(limits.listedArgvCharacters), "x"], cwd);
  assertEquals([half.argv.length, half.isCut, half.argv[0]?.isWellFormed()], [1, true, true]);
  const many = shownCommand(Array.from({ length: 1_000_000 }, () => ""), cwd);
  assertEquals([many.argv.length, many.isCut], [limits.listedArgvCharacters, true]);
});
