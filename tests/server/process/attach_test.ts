/** `process/attach` and `process/detach` through the wire: who may, what comes, what is refused. @module */

import { assertEquals, assertMatch } from "@std/assert";
import { limits } from "../../../protocol/limits.ts";
import { memoryPair } from "../../../protocol/transport/memory.ts";
import { Connection } from "../../../server/connection.ts";
import { settle } from "../../support/fake_server.ts";
import { MemoryWire } from "../../support/memory_wire.ts";
import { Peer } from "../../support/peer.ts";
import { outcome } from "../../support/process_events.ts";
import { read, start } from "../../support/process_calls.ts";
import { observed, owned, sessionName } from "./attached_pair.ts";

Deno.test("an alias brings what is kept and what follows, under the target's own numbers", async () => {
  await using pair = await owned();
  pair.child.print("early");
  const result = await pair.attach();
  assertEquals(result, {
    processId: "alias",
    session: pair.name,
    pid: 4711,
    argv: ["x"],
    argvTruncated: false,
    cwd: "file:///",
    tty: false,
    startedAtMs: Object(result).startedAtMs,
    firstSeq: 1,
    nextSeq: 2,
  });
  pair.child.print("late", "stderr");
  pair.child.exit(3);
  pair.child.print("later");
  pair.child.close();
  const seen = await outcome(pair.observer, "alias");
  assertEquals([seen.stdout, seen.stderr, seen.exitCode], ["earlylater", "late", 3]);
  assertEquals(seen.events.map(({ kind }) => kind), [
    "output",
    "output",
    "exited",
    "output",
    "closed",
  ]);
  // Its owner has seen the same, under its own name.
  assertEquals((await outcome(pair.owner, "p")).stdout, "earlylater");
});

Deno.test("an alias begins after the number that is asked for, which must exist", async () => {
  await using pair = await owned();
  for (const text of ["a", "b", "c"]) pair.child.print(text);
  const refusal = await pair.observer.refused("process/attach", pair.params({ afterSeq: 4 }));
  assertEquals(refusal, {
    code: -32602,
    message: 'Cannot attach to process "p": it has no event 4 yet, its last is 3',
  });
  await pair.attach({ afterSeq: 2 });
  pair.child.exit(0);
  pair.child.close();
  assertEquals((await outcome(pair.observer, "alias", 3)).stdout, "c");
});

Deno.test("an alias of what has closed already brings all of it, and is forgotten like a process", async () => {
  await using pair = await owned();
  pair.child.print("all");
  pair.child.exit(0, 9);
  pair.child.close();
  pair.server.clock.advance(limits.closedProcessMs - 1);
  await pair.attach();
  const { stdout, exitCode } = await outcome(pair.observer, "alias");
  assertEquals([stdout, exitCode], ["all", 137]);
  pair.server.clock.advance(limits.closedProcessMs - 1);
  assertEquals((await read(pair.observer, { processId: "alias" })).closed, true);
  pair.server.clock.advance(1);
  await pair.unknown("process/read", "alias");
  assertEquals(pair.server.clock.pending, 0);
});

Deno.test("an alias can be read, and nothing else", async () => {
  await using pair = await owned();
  await pair.attach();
  pair.child.print("x");
  const answer = await read(pair.observer, { processId: "alias" });
  assertEquals([answer.chunks.length, answer.nextSeq, answer.exited], [1, 2, false]);
  const calls: readonly [string, unknown, string][] = [
    ["process/write", { chunk: "eA==", writeId: "w" }, "write to"],
    ["process/closeStdin", {}, "close the input of"],
    ["process/signal", { signal: "interrupt" }, "signal"],
    ["process/terminate", {}, "end"],
    ["process/resize", { rows: 1, cols: 1 }, "resize the terminal of"],
  ];
  for (const [method, fields, verb] of calls) {
    assertEquals(await pair.observer.refused(method, { processId: "alias", ...Object(fields) }), {
      code: -32600,
      message: `Cannot ${verb} process "alias": this session only observes it`,
    });
  }
  const params = { processId: "alias", argv: ["x"], cwd: "file:///", env: {}, tty: false };
  const again = await pair.observer.refused("process/start", params);
  assertEquals(again.message, "process alias already exists");
  // A notification cannot be refused; it acknowledges nothing.
  pair.observer.send({ method: "process/ack", params: { processId: "alias", seq: 1 } });
  await pair.observer.proveOpen();
  assertEquals([pair.child.signals, pair.child.stdinText], [[], ""]);
});

Deno.test("process/read waits for news of an alias as for those of a process", async () => {
  await using pair = await owned();
  await pair.attach();
  const params = { processId: "alias", waitMs: 60_000 };
  const polled = pair.observer.post("process/read", params);
  await settle();
  pair.child.print("news");
  assertEquals(Object((await pair.observer.answer(polled)).result).nextSeq, 2);
});

Deno.test("process/attach refuses what there is not, what is taken, and aliases", async () => {
  await using pair = await owned();
  await pair.attach();
  const { observer, name, id } = pair;
  const refused = async (fields: object) => {
    const { code, message } = await observer.refused("process/attach", pair.params(fields));
    return [code, message];
  };
  const other = { processId: "b" };
  const target = { session: name, processId: "p" };
  const wrong: readonly [object, number, string][] = [
    [{}, -32600, "process alias already exists"],
    [{ ...other, target: { ...target, processId: "q" } }, -32600, "unknown process id q"],
    [{ ...other, target: { ...target, session: "s" } }, -32600, "unknown session s"],
    [{ ...other, target: { ...target, session: id } }, -32600, `unknown session ${id}`],
    [
      { ...other, target: { sessionId: name, processId: "p" } },
      -32600,
      `unknown session id ${name}`,
    ],
    [
      { ...other, target: { processId: "p" } },
      -32602,
      "A target has exactly one of `session` and `sessionId`",
    ],
    [
      { ...other, target: { ...target, sessionId: id } },
      -32602,
      "A target has exactly one of `session` and `sessionId`",
    ],
  ];
  for (const [fields, code, message] of wrong) assertEquals(await refused(fields), [code, message]);
  const mine = await sessionName(observer, pair.server);
  assertEquals(await refused({ ...other, target: { session: mine, processId: "alias" } }), [
    -32600,
    'Cannot attach to process "alias": this session only observes it',
  ]);
  // None of this has left anything behind.
  assertEquals(await observer.call("process/detach", other), { detached: false });
});

Deno.test("process/attach takes a session's secret from anybody, and its name from its owner only", async () => {
  await using pair = await owned();
  const [near, far] = memoryPair();
  void new Connection(far, pair.server, "somebody else").serve();
  await using stranger = new Peer(new MemoryWire(near), "/");
  await stranger.handshake();
  assertEquals(
    (await stranger.refused("process/attach", pair.params({}))).message,
    `unknown session ${pair.name}`,
  );
  const target = { sessionId: pair.id, processId: "p" };
  await stranger.call("process/attach", pair.params({ target }));
  pair.child.print("seen");
  assertEquals((await stranger.notification("process/output")).params?.seq, 1);
});

Deno.test("a session can attach to a process of its own, under two aliases", async () => {
  await using pair = await owned();
  for (const processId of ["a", "b"]) {
    await pair.owner.call("process/attach", pair.params({ processId }));
  }
  pair.child.print("x");
  const ids = new Set<unknown>();
  for (let at = 0; at < 3; at++) {
    ids.add((await pair.owner.notification("process/output")).params?.processId);
  }
  assertEquals([...ids].sort(), ["a", "b", "p"]);
});

Deno.test("process/detach ends the events, frees the alias, and leaves the process alone", async () => {
  await using pair = await owned();
  await pair.attach();
  assertEquals(await pair.observer.call("process/detach", { processId: "alias" }), {
    detached: true,
  });
  assertEquals(await pair.observer.call("process/detach", { processId: "alias" }), {
    detached: false,
  });
  pair.child.print("unseen");
  await settle();
  assertEquals(pair.observer.wire.inbox.untaken, []);
  await pair.unknown("process/read", "alias");
  assertEquals(await pair.owner.call("process/detach", { processId: "p" }), { detached: false });
  assertEquals(pair.child.signals, []);
});

Deno.test("ten thousand attaches leave nothing behind", async () => {
  await using pair = await owned();
  pair.child.print("x");
  for (let round = 0; round < 10_000; round++) {
    pair.observer.send({ id: `a${round}`, method: "process/attach", params: pair.params({}) });
    await pair.observer.answer(`a${round}`);
    await pair.observer.call("process/detach", { processId: "alias" });
  }
  assertEquals(observed(pair), { listeners: 0, observations: 0 });
  pair.child.exit(0);
  pair.child.close();
  for (let round = 0; round < 100; round++) {
    await pair.attach();
    await pair.observer.call("process/detach", { processId: "alias" });
  }
  // Only the owner's process waits to be forgotten.
  assertEquals(pair.server.clock.pending, 1);
});

Deno.test("a session is attached to so many processes and no more", async () => {
  await using pair = await owned();
  for (let at = 0; at < limits.attachedProcesses; at++) {
    await pair.attach({ processId: `alias ${at}` });
  }
  const { code, message } = await pair.observer.refused("process/attach", pair.params({}));
  assertEquals(code, -32600);
  assertMatch(message, /^Cannot attach to process "p": this session is attached to 1024 processes/);
  assertEquals(observed(pair).listeners, limits.attachedProcesses);
  await pair.observer.call("process/detach", { processId: "alias 7" });
  await pair.attach();
});

Deno.test("an alias is none of the processes that are listed", async () => {
  await using pair = await owned();
  await pair.attach();
  await start(pair.observer, ["y"], { processId: "y" });
  const { processes } = Object(await pair.observer.call("process/list", {}));
  assertEquals(processes.map(({ processId }: { processId: string }) => processId), ["p", "y"]);
});
