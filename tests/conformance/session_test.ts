/** Checks of sessions: what survives a connection, and for how long. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { pause } from "../support/deadline.ts";
import { makeFifo, readFifo, writeFifo } from "../support/fifo.ts";
import { read, startShell, terminate } from "../support/process_calls.ts";
import { nextEvent, nextOutput, outcome, toProcessEvent } from "../support/process_events.ts";
import { resumeSession } from "../support/resume.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const server = sharedServer();

check("39: a session with a live connection cannot be resumed", async () => {
  await using first = await server().connect();
  const sessionId = await first.handshake();
  await using second = await server().connect();
  const params = { clientName: "x", resumeSessionId: sessionId };
  const failure = await second.refused("initialize", params);
  assertEquals(failure.code, -32010);
  const words = `session ${sessionId} is already attached to another connection`;
  assertStringIncludes(failure.message, words);
});

check("40: an unknown session cannot be resumed", async () => {
  await using peer = await server().connect();
  for (const resumeSessionId of ["00000000-0000-4000-8000-000000000000", "x", ""]) {
    const failure = await peer.refused("initialize", { clientName: "x", resumeSessionId });
    assertEquals(failure.code, -32600);
    assertStringIncludes(failure.message, `unknown session id ${resumeSessionId}`);
  }
  await peer.handshake();
});

check("41: a process goes on, and its output flows right after the resume", async () => {
  const first = await server().connect();
  const sessionId = await first.handshake();
  await startShell(first, "n=0; while :; do n=$((n+1)); echo $n; sleep 0.02; done");
  const before = await nextEvent(first);
  await first.drop();
  await using second = await server().connect();
  assertEquals(await resumeSession(second, sessionId), sessionId);
  // `initialized` was not sent yet.
  const after = await nextEvent(second);
  assert(after.seq > before.seq);
  second.send({ method: "initialized" });
  assertEquals((await read(second)).exited, false);
  await terminate(second);
});

check(
  "42: events of the time without a connection are not sent again, but can be read",
  async () => {
    const gate = await makeFifo(join(server().root, "gate-42"));
    const done = await makeFifo(join(server().root, "done-42"));
    const first = await server().connect();
    const sessionId = await first.handshake();
    // The short sleep lets the server take the output before the test hears of it.
    await startShell(first, `read _ <${gate}; echo away; sleep 0.3; echo >${done}; exec sleep 30`);
    await first.drop();
    await using second = await server().connect();
    await noticedDrop(sessionId);
    await writeFifo(gate, "go\n");
    await readFifo(done);
    await resumeSession(second, sessionId);
    second.send({ method: "initialized" });
    const { chunks } = await read(second, { afterSeq: 0 });
    assertEquals(chunks.map(({ seq, chunk }) => [seq, atob(chunk)]), [[1, "away\n"]]);
    const isEvent = second.wire.inbox.untaken.some((message) => toProcessEvent(message, "p"));
    assert(!isEvent, "an old event was sent");
    await terminate(second);
  },
);

/** Waits until the server knows that a session's connection is gone: takes the session over and
 * leaves it again, on a connection of its own. */
async function noticedDrop(sessionId: string): Promise<void> {
  const visitor = await server().connect();
  await resumeSession(visitor, sessionId);
  await visitor.drop();
}

check("44: a long poll in flight does not delay a resume", async () => {
  const first = await server().connect();
  const sessionId = await first.handshake();
  await startShell(first, "echo up; exec sleep 30");
  await nextOutput(first);
  first.post("process/read", { processId: "p", afterSeq: 1, waitMs: 60_000 });
  await first.drop();
  await using second = await server().connect();
  const start = performance.now();
  await resumeSession(second, sessionId);
  const elapsed = performance.now() - start;
  assert(elapsed < 2000, `resumed after ${elapsed} ms`);
  second.send({ method: "initialized" });
  await terminate(second);
});

check("45: two sessions may use the same process id", async () => {
  await using first = await server().session();
  await using second = await server().session();
  await startShell(first, "echo one");
  await startShell(second, "echo two");
  assertEquals((await outcome(first)).stdout, "one\n");
  assertEquals((await outcome(second)).stdout, "two\n");
  assertEquals(atob((await read(first)).chunks[0]?.chunk ?? ""), "one\n");
});

check("a session can be resumed again and again", async () => {
  const first = await server().connect();
  const sessionId = await first.handshake();
  await startShell(first, "exec sleep 30");
  await first.drop();
  for (let round = 0; round < 3; round++) {
    await using peer = await server().connect();
    await resumeSession(peer, sessionId);
    peer.send({ method: "initialized" });
    assertEquals((await read(peer)).exited, false);
    if (round === 2) await terminate(peer);
  }
});

check("43: a session without a connection lives 79 s and is gone after 81 s", async () => {
  await Promise.all([lives(), isGone()]);
}, { isSlow: true });

async function lives(): Promise<void> {
  const first = await server().connect();
  const sessionId = await first.handshake();
  await startShell(first, "exec sleep 200");
  await first.drop();
  await pause(79_000);
  await using second = await server().connect();
  await resumeSession(second, sessionId);
  second.send({ method: "initialized" });
  assertEquals((await read(second)).exited, false);
  await terminate(second);
}

async function isGone(): Promise<void> {
  const first = await server().connect();
  const sessionId = await first.handshake();
  await startShell(first, "echo $$; exec sleep 200");
  const pid = (await nextOutput(first)).trim();
  await first.drop();
  await pause(81_000);
  await using second = await server().connect();
  const params = { clientName: "x", resumeSessionId: sessionId };
  assertEquals((await second.refused("initialize", params)).code, -32600);
  const command = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
  assert(!command.startsWith("sleep"), "the process is still there");
}
