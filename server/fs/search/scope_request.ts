/** From the parameters of a search to a request. @module */

import { RpcError } from "../../../protocol/errors.ts";
import type { SearchScope } from "../../../protocol/methods/fs_walk.ts";
import type { Call } from "../../call.ts";
import { localPath, refuseSandbox } from "../path.ts";
import type { SearchRequest } from "./search_request.ts";

/** All patterns of a request together are at most so long, in UTF-16 units. */
const MOST_PATTERN_LENGTH = 65_536;

/**
 * What all searches have in common.
 * @param patterns all that are given beside the scope's own
 * @throws {RpcError} for a sandbox, an unusable path, and patterns that are too long
 */
export function scopeRequest(
  scope: SearchScope,
  patterns: readonly string[],
  { machine }: Call,
): Omit<SearchRequest, "glob" | "grep"> {
  refuseSandbox(scope.sandbox);
  // The program would refuse it as well; here it is known what is wrong.
  localPath(scope.path, machine);
  const exclude = scope.exclude ?? [];
  let length = 0;
  for (const pattern of [...patterns, ...exclude]) length += pattern.length + 1;
  if (length > MOST_PATTERN_LENGTH) {
    throw new RpcError(
      "invalidParams",
      `Cannot search: the patterns have ${length} characters, at most ${MOST_PATTERN_LENGTH} are taken`,
    );
  }
  return {
    path: scope.path,
    system: machine.system,
    respectIgnoreFiles: scope.respectIgnoreFiles ?? true,
    includeHidden: scope.includeHidden ?? false,
    exclude,
  };
}

/**
 * A wanted number of results.
 * @throws {RpcError} `invalidParams` when it is 0 or too large
 */
export function resultLimit(
  member: string,
  wanted: number | undefined,
  { most, otherwise }: { readonly most: number; readonly otherwise: number },
): number {
  const limit = wanted ?? otherwise;
  if (limit >= 1 && limit <= most) return limit;
  throw new RpcError(
    "invalidParams",
    `Cannot search: \`${member}\` is ${limit}, wanted 1 to ${most}`,
  );
}
