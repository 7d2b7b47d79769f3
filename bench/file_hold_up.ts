/** Measures how long file requests hold up every other call. @module */

import { fromFileUrl } from "@std/path";
import { type RunningServer, startServer } from "./contender.ts";
import { observeFor, within } from "./deadline.ts";
import { cellOf, cells, favourable, type Figure, type Row, startAll, takeTurns } from "./figure.ts";
import { FileContent } from "./file_content.ts";
import { FileScratch } from "./file_scratch.ts";
import { makeTree } from "./file_tree.ts";
import { p99 } from "./statistics.ts";
import { WireClient } from "./wire_client.ts";

const EVERY_MS = 4;
const LOAD_DEADLINE_MS = 15_000;
const WHOLE_BLOCKS = 16;
const BYSTANDER = "an idle server meanwhile";
const program = fromFileUrl(new URL("./file_load.ts", import.meta.url));

interface Load {
  /** As `file_load.ts` knows it. */
  readonly kind: "readFile" | "readBlock" | "walk";
  /** Completes "environment/status beside …". */
  readonly name: string;
  /** What it asks for, in the scratch folder. */
  readonly target: string;
}

const loads: readonly Load[] = [
  { kind: "readFile", name: `readFile of ${WHOLE_BLOCKS} MiB`, target: "whole" },
  { kind: "readBlock", name: "8 readBlock streams", target: "whole" },
  { kind: "walk", name: "walk of 10000 entries", target: "tree" },
];

/** `environment/status` every few milliseconds on a connection of its own, beside file requests. */
export const fileHoldUp: Figure = {
  name: "hold-up",
  run: async (setting) => {
    await using scratch = await FileScratch.make();
    await FileContent.random().writeFile(scratch.path("whole"), WHOLE_BLOCKS);
    await makeTree(scratch.path("tree"));
    await using servers = new AsyncDisposableStack();
    const bystander = servers.use(await startServer(setting.ours));
    const place = {
      scratch,
      bystander,
      running: await startAll(setting, servers, favourable),
      rounds: setting.quick ? 1 : 2,
      turnMs: setting.quick ? 400 : 800,
    };
    const rows: Row[] = [];
    for (const load of loads) rows.push(...await measure(place, load));
    return rows;
  },
};

interface Place {
  readonly scratch: FileScratch;
  /** A server with nothing to do: how late its answers are is the machine's doing. */
  readonly bystander: RunningServer;
  readonly running: readonly RunningServer[];
  readonly rounds: number;
  readonly turnMs: number;
}

async function measure(
  { scratch, bystander, running, rounds, turnMs }: Place,
  { kind, name, target }: Load,
): Promise<readonly Row[]> {
  const asked = running.map((server) => ({ loaded: server, probed: server }));
  const beside = running.slice(0, 1).map((server) => ({ loaded: server, probed: bystander }));
  const subjects = [...beside, ...asked];
  const [bare = [], ours, reference] = await takeTurns(
    subjects,
    rounds,
    async ({ loaded, probed }) => {
      await using load = await startLoad([loaded.url, kind, scratch.uri(target)]);
      const samples = await probe(probed, turnMs);
      load.requireRunning();
      return samples;
    },
  );
  const figure = `environment/status beside ${name}`;
  return [{
    figure: `${figure}, longest`,
    unit: "ms",
    ...cells(cellOf(ours, longest), cellOf(reference, longest)),
    goal: { on: "value", is: "at most", bound: 20 },
    limit: { value: longest(bare), by: BYSTANDER },
  }, {
    figure: `${figure}, p99`,
    unit: "ms",
    ...cells(cellOf(ours, p99), cellOf(reference, p99)),
    limit: { value: p99(bare), by: BYSTANDER },
  }];
}

/** Asks on a schedule, whether or not the last was answered: a held-up call delays no question. */
async function probe(server: RunningServer, turnMs: number): Promise<readonly number[]> {
  using client = (await WireClient.open(server.url)).client;
  const asked: Promise<number>[] = [];
  const beganAt = performance.now();
  for (let due = beganAt; due < beganAt + turnMs; due += EVERY_MS) {
    await observeFor(Math.max(0, due - performance.now()));
    asked.push(statusTime(client));
  }
  return await Promise.all(asked);
}

async function statusTime(client: WireClient): Promise<number> {
  const beganAt = performance.now();
  await client.call("environment/status", {});
  return performance.now() - beganAt;
}

interface RunningLoad extends AsyncDisposable {
  /** @throws {Error} when it ended by itself: then it was no load */
  readonly requireRunning: () => void;
}

async function startLoad(words: readonly string[]): Promise<RunningLoad> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-A", program, ...words, String(WHOLE_BLOCKS)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let ended = false;
  const status = child.status.then(() => ended = true);
  const line = await within(child.stdout.getReader().read(), {
    ms: LOAD_DEADLINE_MS,
    what: "the load to begin",
  }).catch(() => undefined);
  const load = {
    requireRunning: () => {
      if (ended) throw new Error("Cannot measure hold-ups: the load ended, see above");
    },
    [Symbol.asyncDispose]: async () => {
      if (!ended) child.kill("SIGKILL");
      await status;
    },
  };
  if (line?.value !== undefined) return load;
  await load[Symbol.asyncDispose]();
  throw new Error("Cannot measure hold-ups: the load did not begin");
}

function longest(samples: readonly number[]): number {
  return samples.reduce((most, sample) => Math.max(most, sample), 0);
}
