/** Measures how many commands a second one connection can run. @module */

import type { RunningServer } from "./contender.ts";
import { cellOf, cells, type Figure, startAll, takeTurns } from "./figure.ts";
import { spawnRate } from "./physical_limits.ts";
import { runTrue } from "./start_true.ts";
import { median } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

const IN_FLIGHT = 16;

/** `true` per second with 16 in flight, each start to `process/closed`. */
export const startRate: Figure = {
  name: "rate",
  run: async (setting) => {
    const rounds = setting.quick ? 1 : 3;
    const turnMs = setting.quick ? 700 : 1_500;
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers);
    const bare: number[] = [];
    const [ours, reference] = await takeTurns(running, rounds, async (server) => {
      if (server === running[0]) bare.push(spawnRate(IN_FLIGHT, turnMs / 2) ?? 0);
      return [await rateOf(server, turnMs)];
    });
    const limit = median(bare);
    return [{
      figure: `true per second, ${IN_FLIGHT} in flight, median`,
      unit: "1/s",
      ...cells(cellOf(ours, median), cellOf(reference, median)),
      goal: { on: "ratio", is: "at least", bound: 5 },
      ...(limit > 0 ? { limit: { value: limit, by: `posix_spawn, ${IN_FLIGHT} in flight` } } : {}),
    }];
  },
};

async function rateOf(server: RunningServer, turnMs: number): Promise<number> {
  using client = (await WireClient.open(server.url)).client;
  const beganAt = performance.now();
  let ended = 0;
  const lane = async () => {
    while (performance.now() - beganAt < turnMs) {
      await runTrue(client);
      ended++;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return ended / (performance.now() - beganAt) * 1000;
}
