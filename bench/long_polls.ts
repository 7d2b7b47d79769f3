/** Measures whether outstanding long polls delay other calls. @module */

import { freshProcessId, startParams } from "./commands.ts";
import { type RunningServer, startServer } from "./contender.ts";
import { DeadlineError } from "./deadline.ts";
import {
  type Cell,
  cellOf,
  cells,
  favourable,
  type Figure,
  type Setting,
  startAll,
  takeTurns,
} from "./figure.ts";
import { median } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

const POLLS = 50;
const POLL_MS = 5_000;

/** `environment/status` with and without 50 `process/read` waiting on an idle process. */
export const longPolls: Figure = {
  name: "long-polls",
  run: async (setting) => {
    const rounds = setting.quick ? 1 : 3;
    const perTurn = setting.quick ? 20 : 40;
    await using servers = new AsyncDisposableStack();
    const running = await startAll(setting, servers, favourable);
    const deadlineMs = setting.quick ? 2_000 : 4_500;
    const turn = (polls: number) => (server: RunningServer) =>
      measure(server, { polls, perTurn, deadlineMs });
    const without = await takeTurns(running, rounds, turn(0));
    const beside = await takeTurns(running, rounds, turn(POLLS));
    const summary = (samples: readonly number[] | undefined) => cutOffCell(samples, deadlineMs);
    const [oursWithout, oursBeside] = [summary(without[0]), summary(beside[0])];
    const limit = oursWithout?.value === undefined
      ? {}
      : { limit: { value: oursWithout.value, by: "ours without polls" } };
    const goal = { on: "value", is: "at most", bound: mostWith(oursWithout) } as const;
    return [{
      figure: "environment/status, p50",
      unit: "ms",
      ...cells(oursWithout, summary(without[1])),
    }, {
      figure: `same beside ${POLLS} long polls (reference: 64 at once)`,
      unit: "ms",
      ...cells(oursBeside, summary(beside[1])),
      goal,
      ...limit,
    }, {
      figure: `same beside ${POLLS} long polls (reference: default)`,
      unit: "ms",
      ...cells(oursBeside, await oneByDefault(setting, deadlineMs)),
      goal,
      ...limit,
    }];
  },
};

// "No delay" in figures: within the noise of such a small time, half a millisecond at most.
function mostWith(without: Cell | undefined): number {
  return Math.round(((without?.value ?? 0) + 0.5) * 100) / 100;
}

// A call that was held up takes the whole turn: its wait is cut off, and the table says so.
function cutOffCell(samples: readonly number[] | undefined, deadlineMs: number): Cell | undefined {
  const cell = cellOf(samples, median);
  return cell?.value === undefined || cell.value < deadlineMs ? cell : { ...cell, atLeast: true };
}

interface Turn {
  readonly polls: number;
  readonly perTurn: number;
  readonly deadlineMs: number;
}

async function measure(server: RunningServer, turn: Turn): Promise<readonly number[]> {
  using client = (await WireClient.open(server.url)).client;
  const answered = await poll(client, turn.polls);
  const samples: number[] = [];
  for (let index = 0; index < turn.perTurn; index++) {
    const taken = await statusTime(client, turn.deadlineMs);
    samples.push(taken);
    if (taken >= turn.deadlineMs) return samples;
  }
  if (answered.count > 0) throw new Error("Cannot compare: long polls ended during the turn");
  return samples;
}

// The one-at-a-time default would hold the call up for POLLS × POLL_MS, so one sample must do.
async function oneByDefault(setting: Setting, deadlineMs: number): Promise<Cell | undefined> {
  if (setting.reference === undefined) return undefined;
  await using server = await startServer(setting.reference);
  return cutOffCell(await measure(server, { polls: POLLS, perTurn: 1, deadlineMs }), deadlineMs);
}

/** Milliseconds until `environment/status` was answered; `deadlineMs` when it was not by then. */
async function statusTime(client: WireClient, deadlineMs: number): Promise<number> {
  const beganAt = performance.now();
  try {
    await client.call("environment/status", {}, { deadlineMs });
    return performance.now() - beganAt;
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    return deadlineMs;
  }
}

/** Starts an idle process and leaves reads waiting on it; they end with the connection. */
async function poll(client: WireClient, polls: number): Promise<{ readonly count: number }> {
  const answered = { count: 0 };
  const processId = freshProcessId();
  await client.call("process/start", startParams(processId, ["sleep", "60"]));
  for (let index = 0; index < polls; index++) {
    const read = client.call("process/read", { processId, afterSeq: 0, waitMs: POLL_MS });
    read.then(() => answered.count++, () => {});
  }
  return answered;
}
