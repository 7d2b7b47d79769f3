/** Measures how long one byte of input takes to come back as an output event. @module */

import { echoTimes } from "./echo_times.ts";
import { cellOf, cells, type Figure, startAll, takeTurns } from "./figure.ts";
import { pipeEchoTimes } from "./physical_limits.ts";
import { median, p99 } from "./statistics.ts";

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
      return await echoTimes(server, { argv: ["cat"], input: { pipeStdin: true }, count: perTurn });
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
