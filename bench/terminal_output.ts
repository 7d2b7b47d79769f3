/** Measures how fast the output of a program in a terminal reaches a client. @module */

import { freshProcessId, startParams } from "./commands.ts";
import type { RunningServer } from "./contender.ts";
import { within } from "./deadline.ts";
import { cellOf, cells, type Figure, startAll, takeTurns } from "./figure.ts";
import { terminalReaderRate } from "./physical_limits.ts";
import { median } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

const FLOW_DEADLINE_MS = 60_000;
const LINE = "an ordinary line of output, as a build prints it";

/** Bytes per second of one process in a terminal, from its start to `process/closed`. */
export const terminalOutput: Figure = {
  name: "terminal-output",
  run: async (setting) => {
    const count = Math.round((setting.quick ? 15e6 : 50e6) / (LINE.length + 2));
    // A terminal ends each line with two bytes.
    const byteCount = count * (LINE.length + 2);
    const script = `yes '${LINE}' 2>/dev/null | head -n ${count}`;
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers);
    const bare: number[] = [];
    const [ours, reference] = await takeTurns(running, 3, async (server) => {
      if (server === running[0]) bare.push(...await terminalReaderRate(script, byteCount));
      return [await receive(server, script, byteCount)];
    });
    return [{
      figure: `output of one terminal, ${Math.round(byteCount / 1e6)} MB of text, median`,
      unit: "MB/s",
      ...cells(cellOf(ours, median), cellOf(reference, median)),
      goal: { on: "limit", is: "at least", bound: 0.9 },
      ...(bare.length > 0 ? { limit: { value: median(bare), by: "read by Python" } } : {}),
    }];
  },
};

/** Megabytes per second; fails when a byte is missing. */
async function receive(server: RunningServer, script: string, byteCount: number): Promise<number> {
  using client = (await WireClient.open(server.url)).client;
  const processId = freshProcessId();
  const watch = client.watch(processId);
  const beganAt = performance.now();
  await Promise.all([
    client.call("process/start", startParams(processId, ["sh", "-c", script], { tty: true })),
    within(watch.closed, { ms: FLOW_DEADLINE_MS, what: "the end of the output" }),
  ]);
  const seconds = (performance.now() - beganAt) / 1000;
  if (watch.outputBytes !== byteCount) {
    throw new Error(`Output incomplete: ${watch.outputBytes} of ${byteCount} bytes`);
  }
  return byteCount / 1e6 / seconds;
}
