/** Measures how long one byte of input takes to come back as an output event. @module */

import { freshProcessId, startParams } from "./commands.ts";
import type { RunningServer } from "./contender.ts";
import { within } from "./deadline.ts";
import { cellOf, cells, type Figure, startAll, takeTurns } from "./figure.ts";
import { pipeEchoTimes } from "./physical_limits.ts";
import { median, p99 } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

const ECHO_DEADLINE_MS = 10_000;
const ONE_BYTE = btoa("x");

/** `process/write` of a byte to `cat` until its `process/output`, one after another. */
export const stdinEcho: Figure = {
  name: "stdin-echo",
  run: async (setting) => {
    const rounds = setting.quick ? 2 : 6;
    const perTurn = setting.quick ? 15 : 40;
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers);
    const bare: number[] = [];
    const [ours, reference] = await takeTurns(running, rounds, async (server) => {
      if (server === running[0]) bare.push(...pipeEchoTimes(perTurn) ?? []);
      return await echoMany(server, perTurn);
    });
    return [{
      figure: "stdin byte to echo event, p50",
      unit: "ms",
      ...cells(cellOf(ours, median), cellOf(reference, median)),
      goal: { on: "ratio", is: "at most", bound: 0.02 },
      ...(bare.length > 0 ? { limit: { value: median(bare), by: "cat over plain pipes" } } : {}),
    }, {
      figure: "stdin byte to echo event, p99",
      unit: "ms",
      ...cells(cellOf(ours, p99), cellOf(reference, p99)),
      ...(bare.length > 0 ? { limit: { value: p99(bare), by: "cat over plain pipes" } } : {}),
    }];
  },
};

async function echoMany(server: RunningServer, count: number): Promise<readonly number[]> {
  using client = (await WireClient.open(server.url)).client;
  const processId = freshProcessId();
  const watch = client.watch(processId);
  await client.call("process/start", startParams(processId, ["cat"], { pipeStdin: true }));
  const samples: number[] = [];
  for (let index = 0; index < count; index++) {
    const echo = within(watch.nextOutput(), { ms: ECHO_DEADLINE_MS, what: "the echo" });
    const beganAt = performance.now();
    const [echoedAt] = await Promise.all([
      echo.then(() => performance.now()),
      client.call("process/write", { processId, writeId: `w${index}`, chunk: ONE_BYTE }),
    ]);
    samples.push(echoedAt - beganAt);
  }
  await client.call("process/terminate", { processId });
  return samples;
}
