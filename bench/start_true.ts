/** Measures how long a command that does nothing takes, from the request to its last event. @module */

import { freshProcessId, startParams } from "./commands.ts";
import type { RunningServer } from "./contender.ts";
import { within } from "./deadline.ts";
import { cellOf, cells, type Figure, startAll, takeTurns } from "./figure.ts";
import type { JsonObject } from "./message_text.ts";
import { spawnTimes } from "./physical_limits.ts";
import { median, p99 } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

const CLOSED_DEADLINE_MS = 10_000;

/** `process/start` of `true` until `process/closed`, one after another. */
export const startTrue: Figure = {
  name: "start-true",
  run: async (setting) => {
    const rounds = setting.quick ? 2 : 6;
    const perTurn = setting.quick ? 15 : 40;
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers);
    const bare: number[] = [];
    const [ours, reference] = await takeTurns(running, rounds, async (server) => {
      if (server === running[0]) bare.push(...spawnTimes(perTurn) ?? []);
      return await startMany(server, perTurn);
    });
    const p50 = {
      unit: "ms",
      ...cells(cellOf(ours, median), cellOf(reference, median)),
      ...(bare.length > 0 ? { limit: { value: median(bare), by: "posix_spawn and wait" } } : {}),
    };
    return [{
      figure: "start of true to closed, p50",
      ...p50,
      goal: { on: "ratio", is: "at most", bound: 0.05 },
    }, {
      figure: "the same beside the bare call",
      ...p50,
      goal: { on: "limit", is: "at most", bound: 2.1 },
    }, {
      figure: "start of true to closed, p99",
      unit: "ms",
      ...cells(cellOf(ours, p99), cellOf(reference, p99)),
      ...(bare.length > 0 ? { limit: { value: p99(bare), by: "posix_spawn and wait" } } : {}),
    }];
  },
};

/**
 * Runs `true` once and waits until it is closed.
 *
 * @param more further parameters of the start
 * @returns milliseconds
 */
export async function runTrue(client: WireClient, more: JsonObject = {}): Promise<number> {
  const processId = freshProcessId();
  const watch = client.watch(processId);
  const beganAt = performance.now();
  const closed = within(watch.closed, { ms: CLOSED_DEADLINE_MS, what: "process/closed" });
  // Together: when the start is refused, the refusal is the news and not the missing event.
  const [closedAt] = await Promise.all([
    closed.then(() => performance.now()),
    client.call("process/start", { ...startParams(processId, ["true"]), ...more }),
  ]);
  client.unwatch(processId);
  return closedAt - beganAt;
}

async function startMany(server: RunningServer, count: number): Promise<readonly number[]> {
  using client = (await WireClient.open(server.url)).client;
  const samples: number[] = [];
  for (let index = 0; index < count; index++) samples.push(await runTrue(client));
  return samples;
}
