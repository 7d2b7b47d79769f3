/** A search runs in a program of its own, is read with back-pressure, and fails in words. @module */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { RpcError } from "../../../../protocol/errors.ts";
import { pathToUri } from "../../../../protocol/path_uri.ts";
import { runSearch } from "../../../../server/fs/search/run_search.ts";
import type { SearchReport, SearchRequest } from "../../../../server/fs/search/search_request.ts";
import { Places } from "../../../../server/places.ts";
import { CommandSpawner } from "../../../../server/process/command_spawner.ts";
import type { Child, ChildListener, SpawnRequest } from "../../../../server/process/spawner.ts";
import { within } from "../../../support/deadline.ts";
import { fakeMachine } from "../../../support/fake_child.ts";
import { Scratch } from "../../../support/scratch.ts";
import { childTest } from "../../../support/test_with_children.ts";
import { makeRunaway, RUNAWAY } from "./runaway.ts";

/** Starts programs, and knows when they have ended: an answer does not wait for that. */
class WatchedSpawner extends CommandSpawner {
  /** Process id of the last one. */
  lastPid = 0;
  readonly #running = new Set<Promise<void>>();

  /** How many have not ended. */
  get running(): number {
    return this.#running.size;
  }

  override spawn(request: SpawnRequest, listener: ChildListener): Child {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running.add(promise);
    const closed = () => {
      this.#running.delete(promise);
      listener.closed();
      resolve();
    };
    const child = super.spawn(request, { ...listener, closed });
    this.lastPid = child.pid;
    return child;
  }

  /** Settles when none is left. */
  async ended(): Promise<void> {
    await within(Promise.all(this.#running), "the programs to end");
  }
}

const spawner = new WatchedSpawner();
const machine = fakeMachine(spawner, Deno.env.toObject());
function searchTest(name: string, fn: () => Promise<void>): void {
  childTest(name, async () => {
    await fn();
    await spawner.ended();
  });
}

const noSignal = new AbortController().signal;

function request(path: string, changes: Partial<SearchRequest> = {}): SearchRequest {
  return {
    path: pathToUri(path),
    system: "linux",
    respectIgnoreFiles: true,
    includeHidden: false,
    exclude: [],
    ...changes,
  };
}

function grep(pattern: string, isRegex = false) {
  return { grep: { pattern, isRegex, ignoreCase: false, maxMatches: 100_000 } };
}

async function runWhole(wanted: SearchRequest) {
  const reports: SearchReport[] = [];
  const take = (report: SearchReport) => void reports.push(report);
  const end = await within(
    runSearch(machine, wanted, { running: new Places(1), signal: noSignal, take }),
    "the search",
  );
  return { end, reports };
}

searchTest("a search reports what it finds, then its end", async () => {
  await using scratch = await Scratch.create();
  await Deno.writeTextFile(join(scratch.path, "f"), "a\nb\n");
  const { end, reports } = await runWhole(request(scratch.path, grep("b")));
  assertEquals(end, "complete");
  const path = pathToUri(join(scratch.path, "f"));
  const matches = [{ path, line: 2, text: "b", start: 0, end: 1 }];
  assertEquals(reports, [{ files: 1, entries: [], matches, errors: [], end: "complete" }]);
});

searchTest("a search that is not read stops, and goes on when it is", async () => {
  await using scratch = await Scratch.create();
  await Deno.writeTextFile(join(scratch.path, "f"), `${"needle ".repeat(500)}\n`.repeat(20_000));
  const gate = Promise.withResolvers<void>();
  const first = Promise.withResolvers<void>();
  let [taken, bytes] = [0, 0];
  const take = ({ matches }: SearchReport) => {
    taken++;
    for (const { text } of matches) bytes += text.length;
    first.resolve();
    return taken === 1 ? gate.promise : undefined;
  };
  const wanted = request(scratch.path, grep("needle"));
  const search = runSearch(machine, wanted, { running: new Places(1), signal: noSignal, take });
  await within(first.promise, "the first report");
  // Whatever the program could write meanwhile, nothing more is taken.
  assertEquals(taken, 1);
  gate.resolve();
  assertEquals(await within(search, "the search"), "complete");
  assertEquals(bytes, 20_000 * 3500);
});

const refusals: readonly (readonly [
  words: string,
  changes: Partial<SearchRequest>,
  code: number,
])[] = [
  ["Cannot search by `pattern`: Invalid regular expression", grep("(", true), -32602],
  ["Cannot search by `include`: A pattern is empty", {
    grep: { ...grep("x").grep, include: [""] },
  }, -32602],
  ["Cannot search by `patterns`: A pattern is empty", {
    glob: { patterns: [""], maxResults: 1 },
  }, -32602],
  ["Cannot search by `exclude`: A pattern is empty", { ...grep("x"), exclude: [""] }, -32602],
  ["No such file or directory (os error 2)", { ...grep("x"), path: "file:///none/at/all" }, -32004],
];

for (const [words, changes, code] of refusals) {
  searchTest(`a search is refused: ${words}`, async () => {
    await using scratch = await Scratch.create();
    const error = await assertRejects(() => runWhole(request(scratch.path, changes)), RpcError);
    assertEquals(error.code, code);
    assert(error.message.includes(words), error.message);
  });
}

const runaway = grep(RUNAWAY, true);

searchTest("a search may take so much memory only, and is missed when it is killed", async () => {
  await using scratch = await Scratch.create();
  await makeRunaway(scratch.path);
  const runs = Promise.withResolvers<void>();
  const take = () => void runs.resolve();
  const search = runSearch(machine, request(scratch.path, runaway), {
    running: new Places(1),
    signal: noSignal,
    take,
  });
  await within(runs.promise, "the first report");
  const limits = await Deno.readTextFile(`/proc/${spawner.lastPid}/limits`);
  assertMatch(limits, /^Max data size +1610612736 /m);
  Deno.kill(spawner.lastPid, "SIGKILL");
  const error = await assertRejects(() => search, RpcError);
  const words = "The search failed: its program ended by signal 9: it said nothing";
  assertEquals([error.code, error.message], [-32603, words]);
});

searchTest("of five searches one waits, and never runs when it is ended meanwhile", async () => {
  await using scratch = await Scratch.create();
  await makeRunaway(scratch.path);
  const endings = Array.from({ length: 5 }, () => new AbortController());
  const take = () => undefined;
  const searches = endings.map(({ signal }) =>
    runSearch(machine, request(scratch.path, runaway), { running: new Places(1), signal, take })
  );
  endings[4]?.abort();
  assertEquals(await within(searches[4] ?? Promise.reject(), "the waiting search"), "cancelled");
  assertEquals(spawner.running, 4);
  for (const ending of endings) ending.abort();
  assertEquals(await within(Promise.all(searches), "all searches"), Array(5).fill("cancelled"));
  // The places are free again.
  await Deno.remove(join(scratch.path, "b"));
  assertEquals((await runWhole(request(scratch.path, runaway))).end, "complete");
});
