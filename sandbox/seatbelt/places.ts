/** Filters of a profile about paths. @module */

import { all, constant, type Expression } from "./expression.ts";
import type { Parameters } from "./parameters.ts";
import type { Region } from "./regions.ts";
import { spelledPath } from "./spelled_path.ts";

/** This path and nothing below it. */
export function exactly(path: string, parameters: Parameters): Expression {
  return ["literal", path === "/" ? constant("/") : parameters.of(path)];
}

/** This path, if it exists, and all below it. */
export function within(path: string, parameters: Parameters): Expression {
  return ["subpath", path === "/" ? constant("/") : parameters.of(path)];
}

/**
 * What is kept at a path: by `literal`, since `subpath` does not match what does not exist yet, and
 * by an expression, since a disk may take other spellings for the same.
 */
export function kept(path: string, parameters: Parameters): readonly Expression[] {
  return [
    exactly(path, parameters),
    within(path, parameters),
    ["regex", parameters.of(spelledPath(path, "tree"))],
  ];
}

/** Negates filters. */
export function none(filters: readonly Expression[]): readonly Expression[] {
  return filters.map((filter) => ["require-not", filter]);
}

/** Where a region is, holes left out. */
export function regionFilter(
  { path, isFile, holes }: Region,
  parameters: Parameters,
): Expression {
  const place = isFile ? exactly(path, parameters) : within(path, parameters);
  return all([place, ...holes.flatMap((hole) => none(kept(hole.path, parameters)))]);
}

/** What begins where a region does, holes included. */
export function regionPlaces(
  { path, isFile }: Region,
  parameters: Parameters,
): readonly Expression[] {
  const exact = exactly(path, parameters);
  return isFile ? [exact] : [exact, within(path, parameters)];
}
