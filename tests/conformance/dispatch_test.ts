/** Checks of which requests wait for others. @module */
import { assert, assertEquals } from "@std/assert";
import type { Peer } from "../support/peer.ts";
import { startShell, terminate } from "../support/process_calls.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";
import { expectations } from "./expectations.ts";

const byDefault = sharedServer();
const serial = sharedServer({ args: ["--concurrent-requests", "1"] });
const three = sharedServer({ args: ["--concurrent-requests", "3"] });

const POLL = { processId: "p", waitMs: 500 };

/** Sends a long poll and a status request behind it.
 * @returns the ids in the order of their answers, "poll" and "status" */
async function pollAndStatus(peer: Peer): Promise<readonly string[]> {
  await startShell(peer, "exec sleep 30");
  const order: string[] = [];
  const poll = peer.post("process/read", POLL);
  const status = peer.post("environment/status");
  await Promise.all([
    peer.answer(poll).then(() => order.push("poll")),
    peer.answer(status).then(() => order.push("status")),
  ]);
  await terminate(peer);
  return order;
}

check("67: by default a request behind a long poll", async () => {
  await using peer = await byDefault().session();
  const expected = expectations().answersBesideWaiting ? ["status", "poll"] : ["poll", "status"];
  assertEquals(await pollAndStatus(peer), expected);
});

check("67: with --concurrent-requests 1 a request waits for the long poll before it", async () => {
  await using peer = await serial().session();
  assertEquals(await pollAndStatus(peer), ["poll", "status"]);
});

check("68: with --concurrent-requests 3 control requests overtake three long polls", async () => {
  await using peer = await three().session();
  await startShell(peer, "exec sleep 30");
  const polls = [1, 2, 3].map(() => peer.post("process/read", { processId: "p", waitMs: 20_000 }));
  assertEquals(await peer.call("environment/status"), { status: "ready" });
  assertEquals(await peer.call("process/signal", { processId: "x", signal: "interrupt" }), {});
  assertEquals(await terminate(peer), true);
  for (const poll of polls) assertEquals((await peer.answer(poll)).error, undefined);
});

check("68: with --concurrent-requests 3 a fourth ordinary request waits", async () => {
  await using peer = await three().session();
  await startShell(peer, "exec sleep 30");
  const polls = [1, 2, 3].map(() => peer.post("process/read", POLL));
  // Who waits is not settled by arrival: the polls must be under way first.
  for (let i = 0; i < 5; i++) await peer.call("environment/status");
  const fourth = peer.post("process/read", { processId: "p" });
  await peer.call("environment/status");
  assert(!peer.wire.inbox.untaken.some((message) => message.id === fourth), "it did not wait");
  const answered: number[] = [];
  const note = async (id: number) => {
    await peer.answer(id);
    answered.push(id);
  };
  await Promise.all([...polls, fourth].map(note));
  assert(answered[0] !== fourth, "it did not wait");
  await terminate(peer);
});

check("two connections do not wait for each other", async () => {
  await using first = await serial().session();
  await using second = await serial().session();
  await startShell(first, "exec sleep 30");
  const poll = first.post("process/read", { processId: "p", waitMs: 20_000 });
  assertEquals(await second.call("environment/status"), { status: "ready" });
  await first.drop();
  assert(!first.wire.inbox.untaken.some((message) => message.id === poll));
});
