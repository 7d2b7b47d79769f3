/** Measures how long a typed character takes to be echoed by a terminal. @module */

import { freshProcessId, startParams } from "./commands.ts";
import type { RunningServer } from "./contender.ts";
import { within } from "./deadline.ts";
import { cellOf, cells, type Figure, startAll, takeTurns } from "./figure.ts";
import { median, p99 } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

const ECHO_DEADLINE_MS = 10_000;
const ONE_CHARACTER = btoa("x");

/** `process/write` of a character until the terminal's echo of it, one after another. */
export const terminalEcho: Figure = {
  name: "terminal-echo",
  run: async (setting) => {
    const rounds = setting.quick ? 2 : 6;
    const perTurn = setting.quick ? 20 : 60;
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers);
    const [ours, reference] = await takeTurns(
      running,
      rounds,
      (server) => echoMany(server, perTurn),
    );
    return [{
      figure: "typed character to its echo, p50",
      unit: "ms",
      ...cells(cellOf(ours, median), cellOf(reference, median)),
      goal: { on: "value", is: "at most", bound: 0.3 },
    }, {
      figure: "typed character to its echo, p99",
      unit: "ms",
      ...cells(cellOf(ours, p99), cellOf(reference, p99)),
    }];
  },
};

async function echoMany(server: RunningServer, count: number): Promise<readonly number[]> {
  using client = (await WireClient.open(server.url)).client;
  const processId = freshProcessId();
  const watch = client.watch(processId);
  // The kernel echoes; the program need not do anything.
  await client.call("process/start", startParams(processId, ["sleep", "60"], { tty: true }));
  const samples: number[] = [];
  for (let index = 0; index < count; index++) {
    const echo = within(watch.nextOutput(), { ms: ECHO_DEADLINE_MS, what: "the echo" });
    const beganAt = performance.now();
    const [echoedAt] = await Promise.all([
      echo.then(() => performance.now()),
      client.call("process/write", { processId, writeId: `w${index}`, chunk: ONE_CHARACTER }),
    ]);
    samples.push(echoedAt - beganAt);
  }
  await client.call("process/terminate", { processId });
  return samples;
}
