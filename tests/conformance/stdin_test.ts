/** Checks of `process/write`: what reaches a program's stdin, and what is refused. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pause } from "../support/deadline.ts";
import type { Peer } from "../support/peer.ts";
import {
  postWrite,
  read,
  start,
  startShell,
  terminate,
  toBase64,
  write,
} from "../support/process_calls.ts";
import { nextOutput, outcome, textOf } from "../support/process_events.ts";
import { launchServer } from "../support/server_process.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";
import { expectations } from "./expectations.ts";

const server = sharedServer();

check("55: without `pipeStdin` a program reads end of file, and a write is told so", async () => {
  await using peer = await server().session();
  await startShell(peer, "cat; echo end; exec sleep 30");
  assertEquals(await nextOutput(peer), "end\n");
  assertEquals(await write(peer, "x", "w1"), "stdinClosed");
  await terminate(peer);
});

check("56: a write sent again under its id is accepted and not written again", async () => {
  await using peer = await server().session();
  await start(peer, ["/bin/cat"], { pipeStdin: true });
  assertEquals(await write(peer, "once\n", "w1"), "accepted");
  assertEquals(await nextOutput(peer), "once\n");
  assertEquals(await write(peer, "once\n", "w1"), "accepted");
  assertEquals(await write(peer, "again\n", "w2"), "accepted");
  assertEquals(await nextOutput(peer), "again\n");
  await terminate(peer);
});

check("56: an empty write is accepted and changes nothing", async () => {
  await using peer = await server().session();
  await start(peer, ["/bin/cat"], { pipeStdin: true });
  assertEquals(await write(peer, "", "w1"), "accepted");
  assertEquals(await write(peer, "still open\n", "w2"), "accepted");
  assertEquals(await nextOutput(peer), "still open\n");
  await terminate(peer);
});

check("56: writes reach the program in the order they were sent", async () => {
  await using peer = await server().session();
  await startShell(peer, "head -n 500", { pipeStdin: true });
  let expected = "";
  for (let line = 0; line < 500; line++) {
    postWrite(peer, `${line}\n`, `w${line}`);
    expected += `${line}\n`;
  }
  assertEquals((await outcome(peer)).stdout, expected);
});

check(
  "57: a write id is remembered over 4095 later ones, and forgotten after one more",
  async () => {
    await using peer = await server().session();
    // Ends by itself at the second "A" after the first: how many came before is the answer.
    await startShell(peer, "head -c 4099 | tr -d x | wc -c", { pipeStdin: true });
    await write(peer, "A", "first");
    await writeMany(peer, 4095);
    await write(peer, "A", "first");
    await writeMany(peer, 1);
    await write(peer, "A", "first");
    await write(peer, "x", "last");
    assertEquals((await outcome(peer)).stdout.trim(), "2");
  },
);

/** Writes single bytes under new ids, a hundred at a time: more would only test the connection. */
async function writeMany(peer: Peer, count: number): Promise<void> {
  for (let written = 0; written < count; written += 100) {
    const batch = Array.from({ length: Math.min(100, count - written) }, () => crypto.randomUUID());
    const ids = batch.map((writeId) => postWrite(peer, "x", writeId));
    for (const id of ids) assertEquals((await peer.answer(id)).result, { status: "accepted" });
  }
}

check("58: bad writes are refused, a write to an unknown process is told so", async () => {
  await using peer = await server().session();
  await start(peer, ["/bin/cat"], { pipeStdin: true });
  const refused = async (chunk: unknown, writeId: unknown, processId = "p") =>
    await peer.refused("process/write", { processId, chunk, writeId });
  const emptyId = await refused(toBase64("x"), "", "nobody");
  assertEquals(emptyId.code, -32602);
  assertStringIncludes(emptyId.message, "writeId must not be empty");
  for (const chunk of ["YQ", "*", "YR==", "YQ==\n", "Y Q=", "-_-_", 5]) {
    assertEquals((await refused(chunk, "w1")).code, -32602, `chunk ${chunk}`);
  }
  const incomplete = { processId: "p", chunk: "" };
  assertStringIncludes(
    (await peer.refused("process/write", incomplete)).message,
    "missing field `writeId`",
  );
  assertEquals(await write(peer, "x", "w2", "nobody"), "unknownProcess");
  await terminate(peer);
});

check("a write after the program ended does no harm", async () => {
  await using peer = await server().session();
  await startShell(peer, "exit 0", { pipeStdin: true });
  await outcome(peer);
  const message = await peer.request("process/write", {
    processId: "p",
    chunk: toBase64("x"),
    writeId: "w",
  });
  // Accepted by the reference, most of the time; an error of the pipe is as right.
  assert(message.error === undefined || message.error.code === -32603, message.text);
  await peer.proveOpen();
});

check("66: writes to a program that never reads stop being answered", async () => {
  await using own = await launchServer();
  await using peer = await own.session();
  await startShell(peer, "exec sleep 60", { pipeStdin: true });
  const chunk = "x".repeat(65_536);
  const ids: number[] = [];
  // More than either server queues, and less than the bytes of unanswered requests ours reads.
  for (let i = 0; i < 160; i++) ids.push(postWrite(peer, chunk, `w${i}`));
  await peer.answer(ids[0] ?? 0);
  // That an answer does not come can only be waited for.
  const answered = await countWhileBusy(peer);
  assert(answered < ids.length - 1, `all of ${ids.length} writes were answered`);
  const status = peer.post("environment/status");
  if (expectations().answersBesideWaiting) {
    assertEquals((await peer.answer(status)).result, { status: "ready" });
  } else {
    await pause(300);
    assert(!peer.wire.inbox.untaken.some((message) => message.id === status));
  }
});

/** Waits until no answer came for a while.
 * @returns how many are there */
async function countWhileBusy(peer: Peer): Promise<number> {
  let before = -1;
  while (peer.wire.inbox.untaken.length > before) {
    before = peer.wire.inbox.untaken.length;
    await pause(300);
  }
  return before;
}

check("66: what was written while the program slept arrives whole", async () => {
  await using peer = await server().session();
  const total = 2_000_000;
  await startShell(peer, `sleep 0.3; head -c ${total} | cksum`, { pipeStdin: true });
  const chunk = "y".repeat(50_000);
  for (let i = 0; i < total / chunk.length; i++) postWrite(peer, chunk, `w${i}`);
  const { events } = await outcome(peer);
  assertStringIncludes(textOf(events, "stdout"), ` ${total}\n`);
  assertEquals((await read(peer)).exitCode, 0);
});
