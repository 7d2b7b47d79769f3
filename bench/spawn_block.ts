/** Measures how long a start stops everything else in a process with much memory. @module */

import { fromFileUrl } from "@std/path";
import type { Figure } from "./figure.ts";
import { median, p99 } from "./statistics.ts";

const program = fromFileUrl(new URL("./spawn_in_large_process.ts", import.meta.url));
const config = fromFileUrl(new URL("../deno.json", import.meta.url));
const MEGABYTES = 600;

/** Time on the main thread of one start, by our own spawner in a process of its own. */
export const spawnBlock: Figure = {
  name: "spawn-block",
  run: async (setting) => {
    const samples = await measure(setting.quick ? 50 : 200);
    const figure = `main thread during a start, ${MEGABYTES} MB resident`;
    return [{
      figure: `${figure}, p50`,
      unit: "ms",
      ours: { value: median(samples) },
      goal: { on: "value", is: "at most", bound: 0.5 },
    }, {
      figure: `${figure}, p99`,
      unit: "ms",
      ours: { value: p99(samples) },
    }];
  },
};

async function measure(count: number): Promise<readonly number[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--config", config, program, `${MEGABYTES}`, `${count}`],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot measure a start: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout).trim().split(" ").map(Number);
}
