/** Measures how long a typed character takes to be echoed by a terminal. @module */

import { echoTimes } from "./echo_times.ts";
import { cellOf, cells, type Figure, startAll, takeTurns } from "./figure.ts";
import { median, p99 } from "./statistics.ts";

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
      // The kernel echoes; the program need not do anything.
      (server) =>
        echoTimes(server, { argv: ["sleep", "60"], input: { tty: true }, count: perTurn }),
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
