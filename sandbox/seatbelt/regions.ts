/** Turns rules about paths into parts of the disk with one access each. Pure. @module */

import { isWithin } from "../paths.ts";
import { type Access, inOrder, type Rule } from "../rules.ts";

/** A part of the disk in which something is allowed. */
export interface Region {
  /** Where it begins. */
  readonly path: string;
  /** Whether it is that path alone. */
  readonly isFile: boolean;
  /** Parts of it in which it is not allowed. */
  readonly holes: readonly Hole[];
}

/** A part of a region in which that is not allowed. */
export interface Hole {
  /** Where it begins. */
  readonly path: string;
  /** Regions in it in which it is allowed again. */
  readonly reopened: readonly Region[];
}

/** A rule, and whether it is about a single file. */
export interface PlacedRule extends Rule {
  readonly isFile: boolean;
}

interface Area {
  readonly path: string;
  readonly access: Access;
  readonly isFile: boolean;
  readonly children: Area[];
}

/** The regions whose access is one of those given. Regions in holes of others come after them. */
export function regionsOf(
  { base, rules }: { readonly base: Access; readonly rules: readonly PlacedRule[] },
  allowed: readonly Access[],
): readonly Region[] {
  const root: Area = { path: "/", access: base, isFile: false, children: [] };
  const isFile = new Set(rules.filter((rule) => rule.isFile).map(({ path }) => path));
  for (const { path, access } of inOrder(rules)) {
    const parent = areaOf(root, path);
    if (parent.access !== access) {
      parent.children.push({ path, access, isFile: isFile.has(path), children: [] });
    }
  }
  const found: Region[] = [];
  collect(root, { allowed, found });
  return found;
}

function areaOf(area: Area, path: string): Area {
  const child = area.children.find((child) => isWithin(path, child.path));
  return child === undefined ? area : areaOf(child, path);
}

interface Collection {
  readonly allowed: readonly Access[];
  readonly found: Region[];
  /** Holes of the region that the area lies in; undefined outside of any. */
  readonly holes?: Hole[] | undefined;
  /** Regions in the hole that the area lies in. */
  readonly reopened?: Region[] | undefined;
}

function collect(area: Area, { allowed, found, holes, reopened }: Collection): void {
  let inner: Collection = { allowed, found, holes, reopened };
  if (allowed.includes(area.access)) {
    if (holes === undefined) {
      const begun: Hole[] = [];
      const region: Region = { path: area.path, isFile: area.isFile, holes: begun };
      found.push(region);
      reopened?.push(region);
      inner = { allowed, found, holes: begun };
    }
  } else if (holes !== undefined) {
    const again: Region[] = [];
    holes.push({ path: area.path, reopened: again });
    inner = { allowed, found, reopened: again };
  }
  for (const child of area.children) collect(child, inner);
}
