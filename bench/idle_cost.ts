/** Measures what a server costs before anyone uses it: start-up time and memory at rest. @module */

import { type Contender, startServer } from "./contender.ts";
import { observeFor } from "./deadline.ts";
import { cellOf, cells, contenders, type Figure, type Row, takeTurns } from "./figure.ts";
import { emptyProgramTime } from "./physical_limits.ts";
import { type MemoryKind, memoryOf } from "./process_memory.ts";
import { median } from "./statistics.ts";

const SETTLE_MS = 1_000;

/** Start-up until the line with the URL, and memory one second later; a row per way to run ours. */
export const idleCost: Figure = {
  name: "idle",
  run: async (setting) => {
    const subjects = [...contenders(setting), ...setting.variants];
    const startUps = await takeTurns(subjects, setting.quick ? 4 : 10, async (contender) => {
      await using server = await startServer(contender);
      return [server.startUpMs];
    });
    const empty: number[] = [];
    for (let round = 0; round < 5; round++) empty.push(await emptyProgramTime());
    const limit = { value: median(empty), by: `an empty program on Deno ${Deno.version.deno}` };
    const resident = await atRest(subjects, "VmRSS", setting.quick ? 1 : 3);
    const shared = await atRest(subjects, "Pss", 1);
    return [
      ...rowsOf("start-up to the URL line, median", "ms", subjects, startUps, setting.reference)
        .map((row) => ({ ...row, limit })),
      ...rowsOf("resident memory at rest", "MB", subjects, resident, setting.reference),
      ...rowsOf("proportional memory at rest", "MB", subjects, shared, setting.reference)
        // Proportional memory depends on who else runs the same file, so it carries no goal.
        .map(({ goal: _goal, ...row }) => row),
    ];
  },
};

// All at once: a server at rest uses no processor, and no two of them share a file.
async function atRest(
  subjects: readonly Contender[],
  kind: MemoryKind,
  rounds: number,
): Promise<readonly (readonly number[])[]> {
  const samples: number[][] = subjects.map(() => []);
  for (let round = 0; round < rounds; round++) {
    await using servers = new AsyncDisposableStack();
    const pids: number[] = [];
    for (const contender of subjects) pids.push(servers.use(await startServer(contender)).pid);
    await observeFor(SETTLE_MS);
    for (const [index, pid] of pids.entries()) samples[index]?.push(await memoryOf(pid, kind));
  }
  return samples;
}

function rowsOf(
  figure: string,
  unit: string,
  subjects: readonly Contender[],
  samples: readonly (readonly number[])[],
  reference: Contender | undefined,
): readonly Row[] {
  const beside = reference === undefined ? undefined : samples[subjects.indexOf(reference)];
  return subjects.flatMap((subject, index) => {
    if (subject === reference) return [];
    return [{
      figure: `${figure}: ${subject.label}`,
      unit,
      ...cells(cellOf(samples[index], median), cellOf(beside, median)),
      goal: { on: "ratio", is: "at most", bound: 1.1 },
    }];
  });
}
