/** The ways in which the memory of a server is put to the test. @module */

import { freshProcessId, startParams } from "./commands.ts";
import type { RunningServer } from "./contender.ts";
import { DeadlineError, observeFor, within } from "./deadline.ts";
import { clientFrame, opcode } from "./websocket_frames.ts";
import { WireClient } from "./wire_client.ts";

// Long enough for a server that buffers without bound to swallow all there is.
const OBSERVE_MS = 2_000;
const QUICK_OBSERVE_MS = 1_000;
const FLOW_DEADLINE_MS = 30_000;
const SILENCE_MS = 3_000;

/** One way to put memory to the test. */
export interface Abuse {
  /** Completes "peak memory, …". */
  readonly name: string;
  /** Does it, within a bounded time. @returns what went wrong besides memory, if anything did */
  readonly run: (server: RunningServer) => Promise<string | undefined>;
}

/** All of them, smaller when in a hurry. */
export function abuses(quick: boolean): readonly Abuse[] {
  const share = quick ? 0.3 : 1;
  const observeMs = quick ? QUICK_OBSERVE_MS : OBSERVE_MS;
  const flood = 200_000 * share;
  const [some, all] = [300_000_000 * share, 1_000_000_000 * share];
  const writes = 5_000_000 * share;
  const writesMs = quick ? 4_000 : 15_000;
  return [{
    name: `client stops reading ${some / 1e6} MB`,
    run: (server) => stopReading(server, some, observeMs),
  }, {
    name: `client sends ${flood} requests and reads nothing`,
    run: (server) => floodRequests(server, flood, observeMs),
  }, {
    name: `command prints ${all / 1e6} MB to a reading client`,
    run: (server) => printMuch(server, all),
  }, {
    name: `command prints ${some / 1e6} MB to a detached session`,
    run: (server) => printDetached(server, some, observeMs),
  }, {
    name: `command makes ${writes / 1e6} million small writes`,
    run: (server) => writeSmall(server, writes, writesMs),
  }];
}

async function stopReading(
  server: RunningServer,
  byteCount: number,
  observeMs: number,
): Promise<string | undefined> {
  using client = (await WireClient.open(server.url)).client;
  const processId = freshProcessId();
  const watch = client.watch(processId);
  client.stopReading();
  const answered = client.call("process/start", startParams(processId, zeros(byteCount)));
  await observeFor(observeMs);
  client.resumeReading();
  await Promise.all([answered, within(watch.closed, untilClosed)]);
  return missing(watch.outputBytes, byteCount);
}

async function floodRequests(
  server: RunningServer,
  count: number,
  observeMs: number,
): Promise<string | undefined> {
  using client = (await WireClient.open(server.url)).client;
  let responses = 0;
  let heard = Promise.withResolvers<void>();
  client.onResponse = () => {
    responses++;
    heard.resolve();
  };
  client.stopReading();
  const sent = client.sendBytes(manyRequests(count));
  try {
    await within(sent, { ms: observeMs, what: "the server to take the requests" });
    await observeFor(observeMs);
  } catch (error) {
    // A server that stops taking requests nobody reads the answers of does the right thing.
    if (!(error instanceof DeadlineError)) throw error;
  }
  client.resumeReading();
  while (responses < count) {
    heard = Promise.withResolvers();
    try {
      await within(heard.promise, { ms: SILENCE_MS, what: "the next response" });
    } catch {
      return `${responses} of ${count} requests were answered, then nothing for ` +
        `${SILENCE_MS / 1000} s while the client read again`;
    }
  }
  return undefined;
}

async function printMuch(server: RunningServer, byteCount: number): Promise<string | undefined> {
  using client = (await WireClient.open(server.url)).client;
  const processId = freshProcessId();
  const watch = client.watch(processId);
  await Promise.all([
    client.call("process/start", startParams(processId, zeros(byteCount))),
    within(watch.closed, untilClosed),
  ]);
  return missing(watch.outputBytes, byteCount);
}

async function printDetached(
  server: RunningServer,
  byteCount: number,
  observeMs: number,
): Promise<string | undefined> {
  const processId = freshProcessId();
  // The command waits until the session is detached.
  const script = `sleep 0.3; exec head -c ${byteCount} /dev/zero`;
  const sessionId = await startAndLeave(server, processId, ["sh", "-c", script]);
  await observeFor(300 + observeMs);
  using client = (await WireClient.open(server.url, sessionId)).client;
  // Past every chunk: the end of the process is asked for, not its output.
  const past = { processId, afterSeq: Number.MAX_SAFE_INTEGER, waitMs: 5_000 };
  const { exited } = await client.call("process/read", past);
  return exited === true ? undefined : "the command had not ended when the client came back";
}

async function startAndLeave(
  server: RunningServer,
  processId: string,
  argv: readonly string[],
): Promise<string> {
  const { client, sessionId } = await WireClient.open(server.url);
  using _leaves = client;
  await client.call("process/start", startParams(processId, argv));
  return sessionId;
}

async function writeSmall(
  server: RunningServer,
  writes: number,
  mostMs: number,
): Promise<string | undefined> {
  using client = (await WireClient.open(server.url)).client;
  const processId = freshProcessId();
  const watch = client.watch(processId);
  const script = `exec dd if=/dev/zero bs=1 count=${writes} 2>/dev/null`;
  await client.call("process/start", startParams(processId, ["sh", "-c", script]));
  try {
    await within(watch.closed, { ms: mostMs, what: "the last write" });
    return missing(watch.outputBytes, writes);
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    await client.call("process/terminate", { processId });
    return `cut off after ${mostMs / 1000} s with ${watch.outputBytes} bytes in ` +
      `${watch.outputEvents} events`;
  }
}

const untilClosed = { ms: FLOW_DEADLINE_MS, what: "the end of the output" } as const;

function zeros(byteCount: number): readonly string[] {
  return ["head", "-c", String(byteCount), "/dev/zero"];
}

function missing(received: number, sent: number): string | undefined {
  return received === sent ? undefined : `received ${received} of ${sent} bytes`;
}

function manyRequests(count: number): Uint8Array {
  const encoder = new TextEncoder();
  // String ids: the client does not wait for these one by one, it only counts the responses.
  const frames = Array.from({ length: count }, (_, index) => {
    const text = JSON.stringify({ id: `f${index}`, method: "environment/status" });
    return clientFrame(opcode.text, encoder.encode(text));
  });
  const whole = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    whole.set(frame, at);
    at += frame.length;
  }
  return whole;
}
