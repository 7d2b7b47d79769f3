/** What a profile closes, after everything that opens: nothing reopens it. @module */

import type { DenyGlob } from "../deny_glob.ts";
import { isWithin } from "../paths.ts";
import { all, constant, type Expression, rule } from "./expression.ts";
import { READING, WRITING } from "./file_sections.ts";
import { globExpression } from "./glob_expression.ts";
import type { Parameters } from "./parameters.ts";
import { exactly, kept, none, regionPlaces } from "./places.ts";
import type { Hole, Region } from "./regions.ts";
import { spelledPath } from "./spelled_path.ts";

/** What is kept. */
export interface Protection {
  /** What can be read, with what cannot. */
  readonly readable: readonly Region[];
  /** What can be written, with what cannot. */
  readonly writable: readonly Region[];
  /** What is denied by name, also where nothing can be read anyway. */
  readonly denied: readonly Hole[];
  /** Paths in parts that cannot be read which are seen nevertheless. */
  readonly passages: readonly string[];
  /** Patterns that are denied; their directories without links. */
  readonly globs: readonly DenyGlob[];
  /** Paths that stay what they are: exchanged, they would lead what lies below them elsewhere. */
  readonly anchors: readonly string[];
}

/** Sockets are reached by another operation than files. */
const SOCKET_MAKING = "network-bind";
const SOCKETS = ["network-outbound", SOCKET_MAKING];
const EVERYWHERE: Expression = ["subpath", constant("/")];

/** The section. */
export function protectionSection(
  { readable, writable, denied, passages, globs, anchors }: Protection,
  parameters: Parameters,
): readonly Expression[] {
  const unreadable = readable.flatMap(({ holes }) => holes);
  const unwritable = writable.flatMap(({ holes }) => holes);
  return [
    // A second name would lead past the rules for the first; set-ID bits stay when the sandbox ends.
    // Both have a filter, for a rule without one would not come before those that have one.
    rule("deny", ["file-link"], [EVERYWHERE]),
    rule("deny", ["file-write-setugid"], [EVERYWHERE]),
    ...unwritable.map((hole) =>
      rule("deny", [...WRITING, SOCKET_MAKING], [holeFilter(hole, [], parameters)])
    ),
    ...unreadable.map((hole) => {
      const inside = passages.filter((path) => isWithin(path, hole.path));
      return rule("deny", READING, [holeFilter(hole, inside, parameters)]);
    }),
    // Files that cannot be read may be sockets, whose ways are others: by a network that is open.
    ...denied.map((hole) => rule("deny", SOCKETS, [holeFilter(hole, [], parameters)])),
    ...globs.map((glob) =>
      rule("deny", [...READING, ...WRITING, ...SOCKETS], [
        ["regex", parameters.of(globExpression(glob))],
      ])
    ),
    ...anchorRules(anchors, parameters),
  ];
}

function holeFilter(
  { path, reopened }: Hole,
  passages: readonly string[],
  parameters: Parameters,
): Expression {
  return all([
    ["require-any", ...kept(path, parameters)],
    ...none(reopened.flatMap((region) => regionPlaces(region, parameters))),
    ...none(passages.map((passage) => exactly(passage, parameters))),
  ]);
}

/** By both names: what is missing is not to be made either, nor moved there. */
function anchorRules(anchors: readonly string[], parameters: Parameters): readonly Expression[] {
  if (anchors.length === 0) return [];
  const filters = anchors.flatMap((path): Expression[] => [
    exactly(path, parameters),
    ["regex", parameters.of(spelledPath(path, "exact"))],
  ]);
  return [rule("deny", ["file-write-create", "file-write-unlink"], filters)];
}
