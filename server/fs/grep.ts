/** `fs/grep`: the lines of a tree's files that match, pushed while they are found. @module */

import type { Timer } from "../../protocol/clock.ts";
import type { GrepMatch, GrepParams, GrepResult } from "../../protocol/methods/fs_grep.ts";
import type { WalkError } from "../../protocol/methods/fs_walk.ts";
import type { Call } from "../call.ts";
import { runSearch } from "./search/run_search.ts";
import { resultLimit, scopeRequest } from "./search/scope_request.ts";
import type { SearchReport } from "./search/search_request.ts";

/** How often a search shows that it goes on, in milliseconds. */
const PROGRESS_MS = 1000;

/** Searches files. The result comes after all matches. */
export async function grep(params: GrepParams, call: Call): Promise<GrepResult> {
  const { pattern, include, isRegex = false, ignoreCase = false } = params;
  const scope = scopeRequest(params, [pattern, ...include ?? []], call);
  const maxMatches = resultLimit("maxMatches", params.maxMatches, {
    most: 100_000,
    otherwise: 10_000,
  });
  using search = call.holdings.searches.begin(params.searchId);
  using relay = new MatchRelay(params.searchId, call);
  const request = { ...scope, grep: { pattern, isRegex, ignoreCase, include, maxMatches } };
  const end = await runSearch(call.machine, request, {
    running: call.holdings.searches.running,
    signal: search.signal,
    take: (report) => relay.take(report),
  });
  return { ...relay.result, truncated: end !== "complete" };
}

/** Pushes what is found, as fast as the client takes it. */
class MatchRelay implements Disposable {
  readonly #searchId: string;
  readonly #call: Pick<Call, "notifier" | "clock">;
  readonly #errors: WalkError[] = [];
  #matches = 0;
  #files = 0;
  #timer: Timer;

  constructor(searchId: string, call: Pick<Call, "notifier" | "clock">) {
    this.#searchId = searchId;
    this.#call = call;
    this.#timer = this.#plan();
  }

  /** All that was found so far. */
  get result(): Omit<GrepResult, "truncated"> {
    return { matches: this.#matches, files: this.#files, errors: this.#errors };
  }

  /** @returns settles when the client has room for more; undefined when it has */
  take({ matches, errors, files }: SearchReport): Promise<void> | undefined {
    this.#files = files;
    this.#matches += matches.length;
    this.#errors.push(...errors);
    if (matches.length === 0) return undefined;
    this.#notify(matches);
    return this.#call.notifier.room();
  }

  [Symbol.dispose](): void {
    this.#timer.cancel();
  }

  #notify(matches: readonly GrepMatch[]): void {
    this.#timer.cancel();
    this.#timer = this.#plan();
    const { notifier } = this.#call;
    notifier.notify("fs/grepMatches", { searchId: this.#searchId, matches, files: this.#files });
  }

  /** A client that does not read is not told that nothing happens. */
  #plan(): Timer {
    return this.#call.clock.after(PROGRESS_MS, () => {
      if (this.#call.notifier.room() === undefined) this.#notify([]);
      else this.#timer = this.#plan();
    });
  }
}
