/** Observing when something is slow, or goes away: the process never notices, the observer is told. @module */

import { assert, assertEquals } from "@std/assert";
import { limits } from "../../../protocol/limits.ts";
import { nextTurn } from "../../../protocol/next_turn.ts";
import { settle } from "../../support/fake_server.ts";
import { memoryPeer } from "../../support/memory_wire.ts";
import { outcome } from "../../support/process_events.ts";
import { read } from "../../support/process_calls.ts";
import { Connection } from "../../../server/connection.ts";
import { type AttachedPair, observed, owned } from "./attached_pair.ts";

const piece = "x".repeat(limits.maxChunkBytes);

/** An observer that says what it must and then reads nothing. */
async function stalled(pair: AttachedPair) {
  const { peer, transport } = memoryPeer("/", false);
  void new Connection(transport, pair.server).serve();
  peer.post("initialize", { clientName: "" });
  peer.send({ method: "initialized" });
  peer.post("process/attach", pair.params({}));
  await settle();
  return { transport, client: peer.wire.transport, [Symbol.asyncDispose]: () => peer.drop() };
}

/** The numbers of the events that wait in a transport. */
async function drain(receive: () => Promise<string | undefined>): Promise<number[]> {
  const seqs: number[] = [];
  for (;;) {
    const { method, params } = JSON.parse(await receive() ?? "{}");
    if (typeof method === "string") seqs.push(params.seq);
    if (method === "process/closed") return seqs;
  }
}

Deno.test("an observer that never reads costs bounded memory, and holds nobody up", async () => {
  await using pair = await owned();
  await using observer = await stalled(pair);
  for (let at = 0; at < 640; at++) {
    pair.child.print(piece);
    await nextTurn();
  }
  assert(!pair.child.isPaused, "the process is held back");
  // What is queued at most: the mark, and the piece that reached it.
  const bound = limits.sendHighWaterBytes + 2 * limits.maxChunkBytes;
  assert(observer.transport.queuedBytes < bound, `${observer.transport.queuedBytes} are queued`);
  pair.child.exit(0);
  pair.child.close();
  const seqs = await drain(() => observer.client.receive());
  const jumps = seqs.filter((seq, at) => at > 0 && seq !== (seqs[at - 1] ?? 0) + 1);
  // One gap, then the newest that is kept, the exit and the close.
  assertEquals([jumps, seqs.at(-1)], [[640 - 15], 642]);
  assertEquals((await outcome(pair.owner)).stdout.length, 640 * piece.length);
});

Deno.test("an observer that reads later than the process is kept is told how that ended", async () => {
  await using pair = await owned();
  await using observer = await stalled(pair);
  for (let at = 0; at < 100; at++) pair.child.print(piece);
  await nextTurn();
  pair.child.exit(5);
  pair.child.close();
  pair.server.clock.advance(limits.closedProcessMs);
  assertEquals(observed(pair), { listeners: 0, observations: 0 });
  const seqs = await drain(() => observer.client.receive());
  assertEquals(seqs.slice(-2), [101, 102]);
});

Deno.test("an observer of a session that expires sees its processes end", async () => {
  await using pair = await owned();
  await pair.attach();
  await pair.owner.drop();
  await pair.ownerEnded;
  pair.child.print("alone");
  pair.server.clock.advance(limits.detachedSessionMs);
  assertEquals(pair.child.signals, [9]);
  pair.child.exit(0, 9);
  pair.child.close();
  const { stdout, exitCode } = await outcome(pair.observer, "alias");
  assertEquals([stdout, exitCode], ["alone", 137]);
  assertEquals((await read(pair.observer, { processId: "alias" })).closed, true);
  pair.server.clock.advance(limits.closedProcessMs);
  await pair.unknown("process/read", "alias");
});

Deno.test("an alias survives its observer's connection, and goes on where the process is", async () => {
  await using pair = await owned();
  await pair.attach();
  pair.child.print("one");
  await pair.observer.notification("process/output");
  await pair.observer.drop();
  await pair.observerEnded;
  pair.child.print("two");
  await settle();
  const { peer } = pair.server.connect();
  await peer.handshake({ resumeSessionId: pair.observerId });
  const answer = await read(peer, { processId: "alias", afterSeq: 1 });
  assertEquals(answer.chunks.map(({ seq }) => seq), [2]);
  pair.child.print("three");
  assertEquals((await peer.notification("process/output")).params?.seq, 3);
  await peer.drop();
});

Deno.test("an attach can be asked for again by the next connection, and begins anew", async () => {
  await using pair = await owned();
  pair.child.print("one");
  await pair.attach();
  const again = await pair.observer.refused("process/attach", pair.params({}));
  assertEquals(again.message, "process alias already exists");
  await pair.observer.drop();
  await pair.observerEnded;
  const { peer } = pair.server.connect();
  await peer.handshake({ resumeSessionId: pair.observerId });
  const other = { target: { session: pair.name, processId: "q" } };
  assertEquals(
    (await peer.refused("process/attach", pair.params(other))).message,
    "unknown process id q",
  );
  await peer.call("process/attach", pair.params({}));
  assertEquals((await peer.notification("process/output")).params?.seq, 1);
  assertEquals(observed(pair), { listeners: 1, observations: 1 });
  await peer.drop();
});

Deno.test("aliases end with the session of the observer, and the process does not notice", async () => {
  await using pair = await owned();
  await pair.attach();
  await pair.observer.drop();
  await pair.observerEnded;
  const { processes } = pair.server.sessions.bySecret(pair.observerId);
  pair.server.clock.advance(limits.detachedSessionMs);
  assertEquals([observed({ ...pair, observerId: pair.id }).listeners, processes.observations], [
    0,
    0,
  ]);
  assertEquals(pair.child.signals, []);
});
