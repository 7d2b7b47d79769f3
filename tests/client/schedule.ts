/** One random run of a process over a connection that is cut again and again. @module */
import { assertEquals } from "@std/assert";
import { connectWebSocket } from "../../client/mod.ts";
import { within } from "../support/deadline.ts";
import { FaultProxy } from "../support/fault_proxy.ts";

const MIB = 1024 * 1024;
/** Enough of a connection's bytes for the upgrade, the handshake and the start, mostly. */
const FIRST_CUT = 200;

/** Numbers between 0 and 1 that are the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Runs the schedule of a seed: a program copies its input to its output, between 0 bytes and 8 MB;
 * up to eight connections end after a random number of bytes. Every byte must come once and in
 * order, and the exit be the program's own.
 * @param url the server
 * @throws whatever went wrong, with the seed in front
 */
export async function runSchedule(url: string, seed: number): Promise<void> {
  try {
    await run(url, seededRandom(seed));
  } catch (error) {
    const reason = error instanceof Error ? error.stack : String(error);
    throw new Error(`Schedule ${seed}: ${reason}`, { cause: error });
  }
}

async function run(url: string, random: () => number): Promise<void> {
  const size = Math.floor(8 * MIB * random() ** 4);
  const exitCode = Math.floor(random() * 100);
  const cuts = Math.floor(random() * 9);
  await using proxy = new FaultProxy(url);
  const span = size * 2 + 4000;
  proxy.plan = (_, connection) =>
    connection <= cuts ? FIRST_CUT + Math.floor(span * random() ** 3) : undefined;
  await using client = await untilConnected(proxy, random);
  const script = `head -c ${size}; exit ${exitCode}`;
  const process = await client.start({
    argv: ["/bin/sh", "-c", script],
    env: { PATH: "/usr/bin:/bin" },
    pipeStdin: size > 0,
  });
  const sent = pattern(size);
  const writing = size > 0 ? process.write(sent) : Promise.resolve();
  const seqs: number[] = [];
  const received: Uint8Array[] = [];
  await within(
    (async () => {
      for await (const event of process.events()) {
        seqs.push(event.seq);
        if (event.type === "output") received.push(event.chunk);
      }
      await writing;
    })(),
    "the end of the process",
  );
  assertEquals(seqs, Array.from(seqs, (_, at) => at + 1));
  const output = await new Blob(received as BlobPart[]).bytes();
  assertEquals(output.byteLength, size);
  assertEquals(await digest(output), await digest(sent));
  assertEquals((await process.status).exitCode, exitCode);
}

/** The first connection may be cut before its handshake; nobody recovers that but the caller. */
async function untilConnected(proxy: FaultProxy, random: () => number) {
  for (;;) {
    try {
      return await connectWebSocket({ url: proxy.url, random });
    } catch (error) {
      if (proxy.accepted > 20) throw error;
    }
  }
}

function pattern(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = (at * 2_654_435_761) >>> 13;
  return bytes;
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
