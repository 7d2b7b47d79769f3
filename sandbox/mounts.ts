/** Turns rules about real paths into the mounts that make them true, in order. Pure. @module */

import type { Link, NodeKind } from "./disk_view.ts";
import { PathIndex } from "./path_index.ts";
import { depthOf, isWithin } from "./paths.ts";
import type { Access, Rule } from "./rules.ts";

/** One step in building what a sandboxed program sees. */
export type MountOperation =
  /** The directory or file, for reading. */
  | { readonly kind: "readOnly"; readonly path: string }
  /** The directory or file, for reading and writing. */
  | { readonly kind: "writable"; readonly path: string }
  /**
   * A mount that the next one hides: a directory which is a mount point, seen or not, cannot be
   * renamed or removed, so nobody can move what lies below it away from under a rule.
   */
  | { readonly kind: "pin"; readonly path: string }
  /** An empty directory instead; `isPassage`: what is mounted below it can be reached by name. */
  | { readonly kind: "hidden"; readonly path: string; readonly isPassage: boolean }
  /** Nothing can be made any more in a hidden directory. */
  | { readonly kind: "sealed"; readonly path: string }
  /** Something that cannot be opened instead of a file. */
  | { readonly kind: "masked"; readonly path: string }
  /** A symbolic link in a hidden directory. */
  | { readonly kind: "link"; readonly path: string; readonly target: string };

/** A rule whose path is without links. */
export interface BoundRule extends Rule {
  /** What lies there. */
  readonly kind: NodeKind;
  /** The first component that does not exist, of a missing path that could come to exist. */
  readonly firstMissing?: string | undefined;
  /** Whether something that is no directory lies at `firstMissing`. */
  readonly isBlocked?: boolean | undefined;
  /** What to put there while it is missing, if not an empty directory: a file with this text. */
  readonly standIn?: string | undefined;
}

/** Something that is made before the mounts because it is missing, and removed after them. */
export interface Placeholder {
  /** Where. */
  readonly path: string;
  /** Text of a file; undefined: an empty directory. */
  readonly text: string | undefined;
}

/** The mounts of one sandbox. */
export interface Mounts {
  /** What `/` itself is. */
  readonly base: Access;
  /** After the base and the system's own directories, in this order. */
  readonly operations: readonly MountOperation[];
  /** What has to exist before. */
  readonly placeholders: readonly Placeholder[];
}

/** Made anew for each sandbox; the machine's own would tell of processes and devices outside. */
const PROCESSES = "/proc";
const DEVICES = "/dev";
const KERNEL_PLACES: readonly string[] = [PROCESSES, DEVICES, "/sys"];

interface Area {
  readonly path: string;
  access: Access;
  readonly kind: NodeKind;
  readonly children: Area[];
}

/**
 * The mounts that make rules true.
 * @param options `base`: what holds where no rule does; `links`: what was followed on the way to
 * the rules' paths
 */
export function mountsFor(
  rules: readonly BoundRule[],
  { base, links }: { base: Access; links: readonly Link[] },
): Mounts {
  const root: Area = { path: "/", access: base, kind: "directory", children: [] };
  const placeholders = new Map<string, Placeholder>();
  const areas = new Areas(root);
  for (const rule of [...rules].sort(ancestorsFirst)) place(rule, areas, placeholders);
  const build = new Build(areas.linksIn(links));
  // Nothing hides these pins, so hard links across them fail; a second mount of `/` would undo them.
  if (base === "write") build.pin(root, isMachinePlace);
  build.contents(root);
  return { base, operations: build.operations, placeholders: [...placeholders.values()] };
}

/** Puts a rule into the tree of areas; what changes nothing is left out. */
function place(rule: BoundRule, areas: Areas, placeholders: Map<string, Placeholder>): void {
  const { path, access, kind } = rule;
  const parent = areas.of(path);
  if (parent.access === access || isOwnAnyway(rule)) return;
  if (kind !== "missing") areas.add({ path, access, kind, children: [] }, parent);
  else keepMissing(rule, { parent, areas, placeholders });
}

/**
 * Where nothing can be made, nothing has to be kept from being made; and what may be written but
 * does not exist is not there to be mounted.
 */
function keepMissing(
  { path, access, firstMissing, isBlocked = false, standIn }: BoundRule,
  { parent, areas, placeholders }: {
    parent: Area;
    areas: Areas;
    placeholders: Map<string, Placeholder>;
  },
): void {
  if (firstMissing === undefined || access === "write" || parent.access !== "write") return;
  const text = firstMissing === path ? standIn : undefined;
  // As long as what is no directory stays, and what is mounted does, nothing is made below it.
  if (isBlocked && parent.path === firstMissing) return;
  if (!isBlocked) placeholders.set(firstMissing, { path: firstMissing, text });
  const kind = isBlocked || text !== undefined ? "file" : "directory";
  const kept = isBlocked ? "read" : access;
  areas.add({ path: firstMissing, access: kept, kind, children: [] }, parent);
}

/** What every sandbox has anyway is not opened by showing the machine's own. */
function isOwnAnyway({ path, access }: BoundRule): boolean {
  return access !== "deny" && (isWithin(path, PROCESSES) || path === DEVICES);
}

class Areas {
  readonly #root: Area;
  readonly #byPath: PathIndex<Area>;

  constructor(root: Area) {
    this.#root = root;
    this.#byPath = new PathIndex([[root.path, root]]);
  }

  /** The innermost that holds a path. */
  of(path: string): Area {
    return this.#byPath.nearest(path) ?? this.#root;
  }

  add(area: Area, parent: Area): void {
    parent.children.push(area);
    // One at the root itself is inside of the root.
    this.#byPath.set(area.path, area);
  }

  linksIn(links: readonly Link[]): ReadonlyMap<Area, readonly Link[]> {
    return Map.groupBy(links, ({ path }) => this.of(path));
  }
}

class Build {
  readonly operations: MountOperation[] = [];
  readonly #links: ReadonlyMap<Area, readonly Link[]>;

  constructor(links: ReadonlyMap<Area, readonly Link[]>) {
    this.#links = links;
  }

  /** Holds what has to keep its name in an area that can be written. */
  pin(area: Area, isHeld: (path: string) => boolean = () => true): void {
    for (const path of pinsOf(area).filter(isHeld)) this.operations.push({ kind: "pin", path });
  }

  /** Everything that an area, which is mounted, holds differently. */
  contents(area: Area): void {
    if (area.access === "deny") this.#linksIn(area);
    for (const child of area.children) this.#enter(child, area);
    if (area.access === "deny" && area.kind === "directory") {
      this.operations.push({ kind: "sealed", path: area.path });
    }
  }

  #enter(area: Area, parent: Area): void {
    const { path, access } = area;
    if (access === "write") {
      // A pin holds the directory on the disk, which is not to be seen yet below a hidden one.
      const isUnseen = parent.access === "deny" && pinsOf(area).length > 0;
      if (isUnseen) this.operations.push({ kind: "writable", path });
      this.pin(area);
      this.operations.push({ kind: "writable", path });
    } else if (access === "read") {
      this.operations.push({ kind: "readOnly", path });
    } else if (area.kind === "directory") {
      this.operations.push({ kind: "hidden", path, isPassage: area.children.length > 0 });
    } else {
      this.operations.push({ kind: "masked", path });
    }
    this.contents(area);
  }

  /** A link that leads from a hidden directory to something that is to be seen. */
  #linksIn(area: Area): void {
    for (const { path, target } of this.#links.get(area) ?? []) {
      this.operations.push({ kind: "link", path, target });
    }
  }
}

/** Directories in a writable area whose names must stay, for rules deeper down; outermost first. */
function pinsOf(area: Area): string[] {
  const pins = new Set<string>();
  for (const child of area.children) {
    const depth = area.path === "/" ? 0 : area.path.length;
    for (
      let at = child.path.indexOf("/", depth + 1);
      at > 0;
      at = child.path.indexOf("/", at + 1)
    ) {
      pins.add(child.path.slice(0, at));
    }
  }
  return [...pins].sort();
}

function isMachinePlace(path: string): boolean {
  return !KERNEL_PLACES.some((place) => isWithin(path, place));
}

function ancestorsFirst(one: BoundRule, other: BoundRule): number {
  return depthOf(one.path) - depthOf(other.path) || (one.path < other.path ? -1 : 1);
}
