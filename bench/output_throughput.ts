/** Measures how fast the output of one process reaches a client. @module */

import { freshProcessId, startParams } from "./commands.ts";
import type { RunningServer } from "./contender.ts";
import { within } from "./deadline.ts";
import { cellOf, cells, type Figure, type Row, startAll, takeTurns } from "./figure.ts";
import { plainPipeRate } from "./physical_limits.ts";
import { median } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

const FLOW_DEADLINE_MS = 30_000;

interface Source {
  readonly name: string;
  readonly script: string;
  readonly byteCount: number;
}

/** Decoded bytes per second of one process, from its start to `process/closed`. */
export const outputThroughput: Figure = {
  name: "output",
  run: async (setting) => {
    const rounds = 3;
    const share = setting.quick ? 0.3 : 1;
    const zeros = 500_000_000 * share;
    const text = 200_000_000 * share;
    const sources: readonly Source[] = [
      { name: "zeros", script: `exec head -c ${zeros} /dev/zero`, byteCount: zeros },
      {
        name: "lines of text",
        script: `yes 'an ordinary line of output, as a build prints it' | head -c ${text}`,
        byteCount: text,
      },
    ];
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers);
    const rows: Row[] = [];
    for (const source of sources) rows.push(await measure(running, rounds, source));
    return rows;
  },
};

async function measure(
  running: readonly RunningServer[],
  rounds: number,
  source: Source,
): Promise<Row> {
  const bare: number[] = [];
  const [ours, reference] = await takeTurns(running, rounds, async (server) => {
    if (server === running[0]) bare.push(await plainPipeRate(source.script, source.byteCount));
    return [await receive(server, source)];
  });
  return {
    figure: `output of one process, ${source.byteCount / 1e6} MB of ${source.name}, median`,
    unit: "MB/s",
    ...cells(cellOf(ours, median), cellOf(reference, median)),
    goal: { on: "ratio", is: "at least", bound: 1.2 },
    limit: { value: median(bare), by: "plain pipe into cat" },
  };
}

/** Megabytes per second; fails when a byte is missing, for a lossy server is not a fast one. */
async function receive(server: RunningServer, source: Source): Promise<number> {
  using client = (await WireClient.open(server.url)).client;
  const processId = freshProcessId();
  const watch = client.watch(processId);
  const beganAt = performance.now();
  await Promise.all([
    client.call("process/start", startParams(processId, ["sh", "-c", source.script])),
    within(watch.closed, { ms: FLOW_DEADLINE_MS, what: "the end of the output" }),
  ]);
  const seconds = (performance.now() - beganAt) / 1000;
  if (watch.outputBytes !== source.byteCount) {
    throw new Error(`Output incomplete: ${watch.outputBytes} of ${source.byteCount} bytes`);
  }
  return source.byteCount / 1e6 / seconds;
}
