/** `fs/glob`: the paths of a tree that match a pattern. @module */

import type {
  GlobParams,
  WalkEntry,
  WalkError,
  WalkResult,
} from "../../protocol/methods/fs_walk.ts";
import type { Call } from "../call.ts";
import { runSearch } from "./search/run_search.ts";
import { resultLimit, scopeRequest } from "./search/scope_request.ts";

/** Lists files and directories. */
export async function glob(params: GlobParams, call: Call): Promise<WalkResult> {
  const { patterns } = params;
  const scope = scopeRequest(params, patterns, call);
  const maxResults = resultLimit("maxResults", params.maxResults, {
    most: 50_000,
    otherwise: 10_000,
  });
  const entries: WalkEntry[] = [];
  const errors: WalkError[] = [];
  let length = 0;
  const request = { ...scope, glob: { patterns, maxResults } };
  const end = await runSearch(call.machine, request, {
    running: call.holdings.searches.running,
    signal: call.signal,
    take(report) {
      entries.push(...report.entries);
      errors.push(...report.errors);
      for (const { path } of report.entries) length += path.length;
      return undefined;
    },
  });
  await call.roomToAnswer(length);
  return { entries, errors, truncated: end !== "complete" };
}
