/** Measures how soon a client with many running processes goes on after its connection is cut. @module */

import {
  connectWebSocket,
  type ExecServerClient,
  type ProcessEvent,
  type RemoteProcess,
} from "../client/mod.ts";
import { FaultProxy } from "../tests/support/fault_proxy.ts";
import { SEARCH_PATH } from "./commands.ts";
import { type Contender, startServer } from "./contender.ts";
import { observeFor, within } from "./deadline.ts";
import { type Cell, cells, favourable, type Figure } from "./figure.ts";
import { median } from "./statistics.ts";

const PROCESSES = 100;
const GOAL_MS = 200;
const DEADLINE_MS = 30_000;
/** Long enough for each process to print its line where nobody receives it. */
const PRINTING_MS = 400;
const LINE = new TextEncoder().encode("printed while there was no connection\n");

/** Cuts a connection to `cat`s whose output is on its way, until all of it is there and a call too. */
export const recovery: Figure = {
  name: "recovery",
  run: async (setting) => {
    const rounds = setting.quick ? 3 : 10;
    const ours: Cell = { value: median(await recoveryTimes(setting.ours, rounds)) };
    const reference = setting.reference && await cellOfReference(setting.reference, rounds);
    return [{
      figure: `${PROCESSES} processes caught up after a cut, and a call answered, median`,
      unit: "ms",
      ...cells(ours, reference),
      goal: { on: "value", is: "at most", bound: GOAL_MS },
    }];
  },
};

/** It may lose the session, or output: then the table says so. */
async function cellOfReference(contender: Contender, rounds: number): Promise<Cell> {
  try {
    return { value: median(await recoveryTimes(contender, rounds, favourable)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { note: `reference, recovery: ${reason}` };
  }
}

interface Followed {
  readonly process: RemoteProcess;
  readonly events: AsyncIterator<ProcessEvent>;
}

/** Milliseconds of each recovery after the first, which warms up. */
async function recoveryTimes(
  contender: Contender,
  rounds: number,
  flags: readonly string[] = [],
): Promise<readonly number[]> {
  await using server = await startServer(contender, flags);
  await using proxy = new FaultProxy(server.url);
  await using client = await connectWebSocket({ url: proxy.url });
  const followed = await Promise.all(Array.from({ length: PROCESSES }, () => follow(client)));
  const samples: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const taken = await recoveryTime(client, proxy, followed);
    if (round > 0) samples.push(taken);
  }
  await Promise.all(followed.map(({ process }) => process.terminate()));
  return samples;
}

async function follow(client: ExecServerClient): Promise<Followed> {
  const process = await client.start({
    argv: ["cat"],
    cwd: "file:///",
    env: { PATH: SEARCH_PATH },
    pipeStdin: true,
  });
  return { process, events: process.events() };
}

async function recoveryTime(
  client: ExecServerClient,
  proxy: FaultProxy,
  followed: readonly Followed[],
): Promise<number> {
  // From here on nothing reaches the client, and what is printed is lost with the connection.
  proxy.freeze("toClient");
  const writes = followed.map(({ process }) => process.write(LINE));
  const lines = followed.map(({ events }) => untilLine(events));
  const all = Promise.all([...writes, ...lines]);
  all.catch(() => {});
  await observeFor(PRINTING_MS);
  const beganAt = performance.now();
  proxy.cut();
  proxy.thaw();
  const answered = client.call("environment/status", {});
  const caughtUp = Promise.all([all, answered]);
  await within(caughtUp, { ms: DEADLINE_MS, what: "the recovery" });
  return performance.now() - beganAt;
}

async function untilLine(events: AsyncIterator<ProcessEvent>): Promise<void> {
  let bytes = 0;
  while (bytes < LINE.byteLength) {
    const { value, done } = await events.next();
    if (done === true) throw new Error("A process ended by the cut");
    if (value.type === "output") bytes += value.chunk.byteLength;
  }
}
