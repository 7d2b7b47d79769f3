/** One short conversation, recorded and then cut after each of its bytes. @module */
import { assert, assertEquals } from "@std/assert";
import { connectWebSocket, type ExecServerClient } from "../../client/mod.ts";
import { within } from "../support/deadline.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { type Direction, directions } from "../support/fault_proxy_link.ts";
import type { TransportName } from "./schedule_plan.ts";
import type { ScheduleServers } from "./schedule_servers.ts";

/** Where to cut. */
export interface CutOptions {
  readonly transport: TransportName;
  /** After every so many bytes; 1: everywhere. */
  readonly step: number;
  /** The first one; 1 unless told otherwise. */
  readonly from?: number;
  /** How many conversations run side by side. */
  readonly atOnce: number;
}

interface Cut {
  readonly direction: Direction;
  readonly afterBytes: number;
}

const INPUT = "a line that is copied, and not twice\n";

/**
 * Records how many bytes a conversation takes each way: connect, start, write, end of input, output, exit. Then
 * has it again for each boundary between two bytes, with the first connection cut there; every
 * byte must come once and in order, and the program be started once.
 * @throws whatever went wrong, with the boundary in front
 */
export async function cutEverywhere(
  servers: ScheduleServers,
  { transport, step, from = 1, atOnce }: CutOptions,
): Promise<{ readonly boundaries: number }> {
  const url = await servers.url(transport);
  const cuts: Cut[] = [];
  await using recorder = new FaultProxy(url);
  await converse(servers, recorder);
  for (const direction of directions) {
    const length = recorder.passed(direction);
    assert(length > 500, `Only ${length} bytes ${direction}`);
    for (let at = from; at <= length; at += step) cuts.push({ direction, afterBytes: at });
  }
  const boundaries = cuts.length;
  async function work(): Promise<void> {
    try {
      for (let cut = cuts.pop(); cut !== undefined; cut = cuts.pop()) {
        await cutAt(servers, url, cut);
      }
    } finally {
      // Where one fails, the others begin nothing new.
      cuts.length = 0;
    }
  }
  const groups = await Promise.allSettled(Array.from({ length: atOnce }, work));
  for (const group of groups) if (group.status === "rejected") throw group.reason;
  return { boundaries };
}

async function cutAt(servers: ScheduleServers, url: string, cut: Cut): Promise<void> {
  const { direction, afterBytes } = cut;
  await using proxy = new FaultProxy(url);
  proxy.plan = (connection) =>
    connection === 1 ? { [direction]: [{ afterBytes, then: "cut" as const }] } : {};
  try {
    await converse(servers, proxy);
  } catch (error) {
    const reason = error instanceof Error ? error.stack : String(error);
    throw new Error(`Cut after ${afterBytes} bytes ${direction}: ${reason}`, { cause: error });
  }
}

async function converse(servers: ScheduleServers, proxy: FaultProxy): Promise<void> {
  await using client = await connectTwice(proxy);
  const processId = crypto.randomUUID();
  const script = 'echo started >> "$0"; cat; echo oops >&2; exit 7';
  const process = await within(
    client.start({
      processId,
      argv: ["/bin/sh", "-c", script, `${servers.starts}/${processId}`],
      env: { PATH: "/usr/bin:/bin" },
      pipeStdin: true,
    }),
    "the start",
  );
  const writing = process.write(new TextEncoder().encode(INPUT)).then(() => process.closeStdin());
  writing.catch(() => {});
  const { stdout, stderr, exitCode } = await within(process.output(), "the output");
  await within(writing, "the write");
  const decoder = new TextDecoder();
  assertEquals([decoder.decode(stdout), decoder.decode(stderr), exitCode], [INPUT, "oops\n", 7]);
  assertEquals(await servers.startCount(processId), 1, "how often it was started");
}

/** A connection that is cut before its handshake is the caller's to open again. */
async function connectTwice(proxy: FaultProxy): Promise<ExecServerClient> {
  const connect = () => connectWebSocket({ url: proxy.url, random: () => 1 });
  return await connect().catch(connect);
}
