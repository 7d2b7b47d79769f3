/** Measures a small file call that a sandbox has to answer. @module */

import type { RunningServer } from "./contender.ts";
import { cellOf, cells, type Figure, startAll, takeTurns } from "./figure.ts";
import { SandboxScene } from "./sandbox_scene.ts";
import { median, p99 } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

/** `fs/readFile` of 4 KB under a policy that hides something, one call after another. */
export const sandboxedFile: Figure = {
  name: "sandboxed-file",
  run: async (setting) => {
    const rounds = setting.quick ? 2 : 4;
    const perTurn = setting.quick ? 20 : 50;
    await using scene = await SandboxScene.make();
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers);
    const [ours, reference] = await takeTurns(
      running,
      rounds,
      (server) => readMany(server, scene, perTurn),
    );
    return [{
      figure: "sandboxed readFile of 4 KB, p50",
      unit: "ms",
      ...cells(cellOf(ours, median), cellOf(reference, median)),
      goal: { on: "value", is: "at most", bound: 1.5 },
    }, {
      figure: "sandboxed readFile of 4 KB, p99",
      unit: "ms",
      ...cells(cellOf(ours, p99), cellOf(reference, p99)),
    }];
  },
};

async function readMany(
  server: RunningServer,
  scene: SandboxScene,
  count: number,
): Promise<readonly number[]> {
  using client = (await WireClient.open(server.url)).client;
  const params = { path: scene.uri("file"), sandbox: scene.intent(true) };
  const samples: number[] = [];
  for (let index = 0; index < count; index++) {
    const beganAt = performance.now();
    await client.call("fs/readFile", params);
    samples.push(performance.now() - beganAt);
  }
  return samples;
}
