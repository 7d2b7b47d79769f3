/** Measures the peak memory of a server whose client or command misbehaves. @module */

import { type Contender, type RunningServer, startServer } from "./contender.ts";
import { type Cell, cells, type Figure, type Row, type Setting } from "./figure.ts";
import { type Abuse, abuses } from "./abuses.ts";
import { memoryOf } from "./process_memory.ts";

const MOST_MB = 96;

/** Peak resident memory of a fresh server under each kind of abuse. */
export const memoryAbuse: Figure = {
  name: "memory",
  run: async (setting) => {
    const rows: Row[] = [];
    for (const abuse of abuses(setting.quick)) rows.push(await measure(setting, abuse));
    return rows;
  },
};

async function measure(setting: Setting, abuse: Abuse): Promise<Row> {
  const ours = await peak(setting.ours, abuse);
  const reference = setting.reference === undefined
    ? undefined
    : await peak(setting.reference, abuse);
  return {
    figure: `peak memory, ${abuse.name}`,
    unit: "MB",
    ...cells(ours.cell, reference?.cell),
    goal: { on: "value", is: "at most", bound: MOST_MB },
    ...(ours.before === undefined
      ? {}
      : { limit: { value: ours.before, by: "ours before the abuse" } }),
  };
}

// A server that gives way under abuse is a result, not a fault of the measurement: it gets a note.
async function peak(
  contender: Contender,
  abuse: Abuse,
): Promise<{ readonly cell: Cell; readonly before?: number }> {
  await using server = await startServer(contender);
  const before = await memoryOf(server.pid, "VmHWM");
  const complaint = await apply(server, abuse);
  const note = complaint === undefined ? {} : {
    note: `${contender.label}, ${abuse.name}: ${complaint}`,
  };
  try {
    return { cell: { value: await memoryOf(server.pid, "VmHWM"), ...note }, before };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      cell: { note: `${note.note ?? `${contender.label}, ${abuse.name}`}: ${reason}` },
      before,
    };
  }
}

async function apply(server: RunningServer, abuse: Abuse): Promise<string | undefined> {
  try {
    return await abuse.run(server);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
