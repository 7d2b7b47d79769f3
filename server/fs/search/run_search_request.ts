/** Carries out a request to search. @module */

import { RpcError } from "../../../protocol/errors.ts";
import type { FileSystem, NativePath } from "../file_system.ts";
import { AnswerBudget } from "./answer_budget.ts";
import { FileSearch } from "./grep_tree.ts";
import { type LineMatcher, lineMatcher } from "./line_matcher.ts";
import { matchesAny, mayHoldMatch, type PathTest } from "./path_patterns.ts";
import type { ReportWriter } from "./report_writer.ts";
import type { GlobRequest, GrepRequest, SearchRequest } from "./search_request.ts";
import { type Candidate, SearchTree, type TreeOptions } from "./search_tree.ts";

/** Where to search, and where to say what was found. */
export interface SearchPlace {
  /** Native path of the root. */
  readonly path: NativePath;
  /** Where it is. */
  readonly files: FileSystem;
  /** Told of everything but the end. */
  readonly writer: ReportWriter;
}

/**
 * Searches.
 * @returns whether everything was searched
 * @throws {RpcError} `invalidParams` for patterns that cannot be understood
 * @throws {FileFault} when there is no root
 */
export async function runSearchRequest(
  request: SearchRequest,
  place: SearchPlace,
): Promise<"complete" | "limit"> {
  const { glob, grep } = request;
  if (glob !== undefined) return await listPaths(request, glob, place);
  if (grep !== undefined) return await listLines(request, grep, place);
  throw new RpcError("invalidParams", "Cannot search: nothing to look for is given");
}

async function listPaths(
  request: SearchRequest,
  { patterns, maxResults }: GlobRequest,
  place: SearchPlace,
): Promise<"complete" | "limit"> {
  const isWanted = understood("patterns", () => matchesAny(patterns));
  const mayHold = understood("patterns", () => mayHoldMatch(patterns));
  const budget = new AnswerBudget();
  let count = 0;
  for await (const { relative, uri, kind } of candidates(request, mayHold, place)) {
    place.writer.writeIfDue();
    // A root that is a file is not in the tree below itself.
    if (uri === request.path || !isWanted(relative)) continue;
    if (++count > maxResults || !budget.pay(uri.length)) return "limit";
    place.writer.addEntry({ path: uri, kind });
  }
  return "complete";
}

async function listLines(
  request: SearchRequest,
  grep: GrepRequest,
  place: SearchPlace,
): Promise<"complete" | "limit"> {
  const { include } = grep;
  const isWanted = understood("include", () => include && matchesAny(include));
  const mayHold = understood("include", () => include && mayHoldMatch(include));
  const matcher = understood("pattern", () => lineMatcher(grep));
  const search = new FileSearch({
    ...place,
    matcher: explained(matcher),
    maxMatches: grep.maxMatches,
  });
  for await (const candidate of candidates(request, mayHold ?? always, place)) {
    place.writer.writeIfDue();
    if (candidate.kind !== "file") continue;
    if (isWanted !== undefined && !isWanted(candidate.relative)) continue;
    if (!await search.search(candidate)) return "limit";
  }
  return "complete";
}

/** What is below the root; of a root that is a file, the file itself. */
async function* candidates(
  request: SearchRequest,
  mayHold: PathTest,
  { path, files, writer }: SearchPlace,
): AsyncGenerator<Candidate> {
  const isExcluded = understood("exclude", () => matchesAny(request.exclude));
  const { path: uri, respectIgnoreFiles, includeHidden } = request;
  const { kind } = await files.status(path, "follow");
  if (kind === "file") {
    const relative = path.slice(path.lastIndexOf("/") + 1);
    // Its links are resolved here, for below the root none is followed.
    const real = await files.realPath(path);
    if (!isExcluded(relative)) yield { uri, path: real, relative, kind };
  } else if (kind === "directory") {
    const onFault: TreeOptions["onFault"] = (at, { message }) =>
      writer.addError({ path: at, message });
    const options = { respectIgnoreFiles, includeHidden, isExcluded, mayHold, onFault };
    yield* new SearchTree(files, options).candidates(uri, path);
  }
}

function always(): boolean {
  return true;
}

/** Some patterns are understood, and yet refused once they are to be used. */
function explained(matcher: LineMatcher): LineMatcher {
  return {
    *matches(text) {
      try {
        yield* matcher.matches(text);
      } catch (error) {
        throw error instanceof SyntaxError ? notUnderstood("pattern", error) : error;
      }
    },
  };
}

function understood<T>(member: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw notUnderstood(member, error);
  }
}

function notUnderstood(member: string, error: unknown): RpcError {
  const reason = error instanceof Error ? error.message : String(error);
  return new RpcError("invalidParams", `Cannot search by \`${member}\`: ${reason}`);
}
