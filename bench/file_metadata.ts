/** Measures how long it takes to inspect a path. @module */

import { FileScratch } from "./file_scratch.ts";
import type { RunningServer } from "./contender.ts";
import { cellOf, cells, type Figure, startAll, takeTurns } from "./figure.ts";
import { median, p99 } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

const SIZE = 1_234;

/** `fs/getMetadata` of a file, one call after another. */
export const fileMetadata: Figure = {
  name: "file-metadata",
  run: async (setting) => {
    const rounds = setting.quick ? 2 : 6;
    const perTurn = setting.quick ? 100 : 200;
    await using scratch = await FileScratch.make();
    await Deno.writeFile(scratch.path("file"), new Uint8Array(SIZE));
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers);
    const [ours, reference] = await takeTurns(
      running,
      rounds,
      (server) => inspect(server, scratch.uri("file"), perTurn),
    );
    return [{
      figure: "getMetadata, one at a time, p50",
      unit: "ms",
      ...cells(cellOf(ours, median), cellOf(reference, median)),
      goal: { on: "ratio", is: "at most", bound: 1 },
    }, {
      figure: "getMetadata, one at a time, p99",
      unit: "ms",
      ...cells(cellOf(ours, p99), cellOf(reference, p99)),
    }];
  },
};

async function inspect(
  server: RunningServer,
  path: string,
  count: number,
): Promise<readonly number[]> {
  using client = (await WireClient.open(server.url)).client;
  const samples: number[] = [];
  for (let index = 0; index < count; index++) {
    const beganAt = performance.now();
    const { isFile, size } = await client.call("fs/getMetadata", { path });
    samples.push(client.receivedAt - beganAt);
    if (isFile !== true || size !== SIZE) {
      throw new Error(`Inspected wrong: a file of ${size} bytes instead of ${SIZE}`);
    }
  }
  return samples;
}
