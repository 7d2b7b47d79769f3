/** Checks of much output: chunk sizes, the retained window, clients that do not read. @module */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Peer } from "../support/peer.ts";
import { read, startShell, terminate } from "../support/process_calls.ts";
import { nextEvent, outcome, type ProcessEvent } from "../support/process_events.ts";
import { resumeSession } from "../support/resume.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";
import { expectations } from "./expectations.ts";

const server = sharedServer();

const WINDOW_BYTES = 1_048_576;
const MUCH = 3_000_000;

check("52: chunks of much output are bounded and complete", async () => {
  await using peer = await server().session();
  await startShell(peer, `head -c ${MUCH} /dev/zero`);
  const { events, stdout } = await outcome(peer);
  assertEquals(stdout.length, MUCH);
  const largest = Math.max(...events.map(sizeOf));
  assert(largest <= expectations().largestChunkBytes, `a chunk of ${largest} bytes`);
});

check("52: 1 MiB of the newest output is kept, from some first number above 1", async () => {
  await using peer = await server().session();
  await startShell(peer, `head -c ${MUCH} /dev/zero; sleep 0.1; printf end`);
  const { events } = await outcome(peer);
  const { chunks, nextSeq } = await read(peer);
  const sizes = chunks.map(({ chunk }) => Uint8Array.fromBase64(chunk).length);
  const kept = sizes.reduce((sum, size) => sum + size, 0);
  assert(kept <= WINDOW_BYTES, `${kept} bytes are kept`);
  assert(kept > WINDOW_BYTES - expectations().largestChunkBytes, `only ${kept} bytes are kept`);
  assert((chunks[0]?.seq ?? 0) > 1);
  assertEquals(nextSeq, events.length + 1);
  assertEquals(atob(chunks.at(-1)?.chunk ?? ""), "end");
  const one = await read(peer, { afterSeq: 0, maxBytes: 1 });
  assertEquals(one.chunks, chunks.slice(0, 1));
});

check("52: reading in pieces yields each kept chunk once", async () => {
  await using peer = await server().session();
  await startShell(peer, `head -c ${MUCH} /dev/zero`);
  await outcome(peer);
  const all = (await read(peer)).chunks.map(({ seq }) => seq);
  const seen: number[] = [];
  let afterSeq = 0;
  while (seen.length < all.length) {
    const { chunks, nextSeq } = await read(peer, { afterSeq, maxBytes: 100_000 });
    if (chunks.length === 0) break;
    seen.push(...chunks.map(({ seq }) => seq));
    afterSeq = nextSeq - 1;
  }
  assertEquals(seen, all);
});

check("65: a client that does not read holds up the program, and loses nothing", async () => {
  const total = 64 * 1024 * 1024;
  const marker = join(server().root, "marker-65");
  const script = (path: string) => `head -c ${total} /dev/zero; : >${path}`;
  await using stalled = await server().session();
  await startShell(stalled, script(marker));
  const first = sizeOf(await nextEvent(stalled));
  stalled.wire.socket.pause();
  // The same work on a connection that reads takes as long as the other would, if it were not held.
  await using reading = await server().session();
  await startShell(reading, script(`${marker}-read`));
  assertEquals(await countBytes(reading, 0), total);
  assert(!await exists(marker), "the program ran on although nobody reads its output");
  stalled.wire.socket.resume();
  assertEquals(first + await countBytes(stalled, 1), total);
  assertEquals((await read(stalled, { afterSeq: 1_000_000 })).exitCode, 0);
  assert(await exists(marker));
});

/** Takes all events of a process, of which some were taken before: as many as the number of "closed"
 * says. Neighbours may change places on the wire.
 * @returns the bytes of output among them */
async function countBytes(peer: Peer, takenBefore: number): Promise<number> {
  let bytes = 0;
  let last = Infinity;
  for (let taken = takenBefore; taken < last; taken++) {
    const event = await nextEvent(peer, "p", 60_000);
    if (event.kind === "closed") last = event.seq;
    bytes += sizeOf(event);
  }
  return bytes;
}

check("65: without a connection a program runs on, and the newest output is kept", async () => {
  const first = await server().connect();
  const sessionId = await first.handshake();
  await startShell(first, `sleep 0.1; head -c ${MUCH} /dev/zero; printf end`);
  await first.drop();
  await using second = await server().connect();
  await resumeSession(second, sessionId);
  second.send({ method: "initialized" });
  let last = await read(second, { waitMs: 20_000 });
  while (!last.closed) last = await read(second, { afterSeq: last.nextSeq - 1, waitMs: 20_000 });
  const { chunks, exitCode } = await read(second);
  assertEquals(exitCode, 0);
  assert(atob(chunks.at(-1)?.chunk ?? "").endsWith("end"));
});

check("endless output ends with a terminate", async () => {
  await using peer = await server().session();
  await startShell(peer, "exec yes");
  for (let i = 0; i < 20; i++) await nextEvent(peer);
  assertEquals(await terminate(peer), true);
  for (;;) {
    const event = await nextEvent(peer);
    if (event.kind === "exited") assertEquals(event.exitCode, 137);
    if (event.kind === "closed") break;
  }
});

function sizeOf(event: ProcessEvent): number {
  return event.kind === "output" ? Uint8Array.fromBase64(event.chunk).length : 0;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
