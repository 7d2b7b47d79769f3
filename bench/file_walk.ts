/** Measures how fast a tree of many files is listed. @module */

import { FileScratch } from "./file_scratch.ts";
import { makeTree, requireTree, TREE_ENTRIES, walkParams } from "./file_tree.ts";
import type { RunningServer } from "./contender.ts";
import { cellOf, cells, type Figure, startAll, takeTurns } from "./figure.ts";
import { findTime } from "./physical_limits.ts";
import { median } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

/** `fs/walk` of a whole tree, until its answer is complete. */
export const fileWalk: Figure = {
  name: "file-walk",
  run: async (setting) => {
    const rounds = setting.quick ? 2 : 4;
    const perTurn = setting.quick ? 3 : 8;
    await using scratch = await FileScratch.make();
    await makeTree(scratch.path("tree"));
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers);
    const bare: number[] = [];
    const [ours, reference] = await takeTurns(running, rounds, async (server) => {
      if (server === running[0]) {
        for (let index = 0; index < perTurn; index++) bare.push(findTime(scratch.path("tree")));
      }
      return await walk(server, scratch.uri("tree"), perTurn);
    });
    const row = {
      unit: "ms",
      ...cells(cellOf(ours, median), cellOf(reference, median)),
      limit: { value: median(bare), by: "find" },
    };
    return [{
      figure: `walk of ${TREE_ENTRIES} entries, median`,
      ...row,
      // Half as fast again.
      goal: { on: "ratio", is: "at most", bound: 0.67 },
    }, {
      figure: "the same beside find",
      ...row,
      goal: { on: "limit", is: "at most", bound: 2 },
    }];
  },
};

async function walk(
  server: RunningServer,
  uri: string,
  count: number,
): Promise<readonly number[]> {
  using client = (await WireClient.open(server.url)).client;
  const samples: number[] = [];
  for (let index = 0; index < count; index++) {
    const beganAt = performance.now();
    const answer = await client.call("fs/walk", walkParams(uri));
    // When the answer was complete: reading a megabyte of JSON is the client's time.
    samples.push(client.receivedAt - beganAt);
    requireTree(answer);
  }
  return samples;
}
