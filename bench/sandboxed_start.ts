/** Measures what a sandbox adds to the start of a command, beside bubblewrap alone. @module */

import { decode } from "../protocol/schema.ts";
import { sandboxIntent } from "../protocol/methods/sandbox.ts";
import { containmentArguments } from "../sandbox/bubblewrap/argv.ts";
import { confine } from "../sandbox/confine.ts";
import { Disk } from "../sandbox/disk.ts";
import { resolvePolicy } from "../sandbox/policy.ts";
import { diskReader } from "../server/sandbox/disk_reader.ts";
import { SEARCH_PATH } from "./commands.ts";
import type { RunningServer } from "./contender.ts";
import { cellOf, cells, type Figure, startAll, takeTurns } from "./figure.ts";
import { spawnTimes } from "./physical_limits.ts";
import { SandboxScene } from "./sandbox_scene.ts";
import { runTrue } from "./start_true.ts";
import { median, p99 } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

/** `process/start` of `true` in a sandbox until `process/closed`, one after another. */
export const sandboxedStart: Figure = {
  name: "sandboxed-start",
  run: async (setting) => {
    const rounds = setting.quick ? 2 : 6;
    const perTurn = setting.quick ? 10 : 25;
    await using scene = await SandboxScene.make();
    const alone = ["bwrap", ...bubblewrapArguments(scene), "--", "/bin/true"];
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers);
    const bare: number[] = [];
    const [ours, reference] = await takeTurns(running, rounds, async (server) => {
      if (server === running[0]) bare.push(...spawnTimes(perTurn, alone) ?? []);
      return await startMany(server, scene, perTurn);
    });
    if (ours === undefined || bare.length === 0) throw new Error("There is nothing to compare");
    const limit = { value: median(bare), by: "bwrap with the same flags" };
    return [{
      figure: "sandboxed start of true to closed, p50",
      unit: "ms",
      ...cells(cellOf(ours, median), cellOf(reference, median)),
      limit,
      goal: { on: "ratio", is: "at most", bound: 0.25 },
    }, {
      figure: "the same beyond bwrap alone",
      unit: "ms",
      ours: { value: median(ours) - median(bare) },
      goal: { on: "value", is: "at most", bound: 1.5 },
    }, {
      figure: "sandboxed start of true to closed, p99",
      unit: "ms",
      ...cells(cellOf(ours, p99), cellOf(reference, p99)),
      limit: { value: p99(bare), by: "bwrap with the same flags" },
    }];
  },
};

async function startMany(
  server: RunningServer,
  scene: SandboxScene,
  count: number,
): Promise<readonly number[]> {
  using client = (await WireClient.open(server.url)).client;
  const samples: number[] = [];
  const more = { cwd: scene.uri(""), sandbox: scene.intent(false) };
  for (let index = 0; index < count; index++) samples.push(await runTrue(client, more));
  return samples;
}

/** What our server passes, without what needs a descriptor: a floor that is lower than the true one. */
function bubblewrapArguments(scene: SandboxScene): string[] {
  const intent = decode(sandboxIntent, scene.intent(false));
  const cwd = scene.workspace;
  const policy = resolvePolicy(intent, { system: "linux", cwd });
  const confinement = confine(policy, { disk: new Disk(diskReader), cwd });
  if (confinement.kind !== "contained") throw new Error("The policy asks for no container");
  const { mounts } = confinement;
  const args = containmentArguments({
    mounts,
    isolatesNetwork: true,
    cwd,
    env: new Map([["PATH", SEARCH_PATH]]),
    disablesUserNamespaces: true,
    hidesFirstProcess: true,
    networkFacts: ["/sys/class/net"],
  }, { filter: -1, status: -1, places: [] });
  return args.slice(0, args.indexOf("--seccomp"));
}
