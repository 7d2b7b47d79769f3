/** The profile of macOS that makes a policy true: a text, and the values it refers to. Pure. @module */

import { type DenyGlob, globMatcher } from "../deny_glob.ts";
import type { BoundRule } from "../mounts.ts";
import { isWithin, pathBelow } from "../paths.ts";
import { type Access, accessOf, inOrder, type RuleSet } from "../rules.ts";
import { baseSection } from "./base_section.ts";
import { type Expression, printed, rule } from "./expression.ts";
import { passageSection, readSection, writeSection } from "./file_sections.ts";
import {
  closedNetwork,
  closedPorts,
  networkSection,
  reachesNothing,
  type SeatbeltNetwork,
} from "./network_section.ts";
import { Parameters } from "./parameters.ts";
import { type Protection, protectionSection } from "./protection_section.ts";
import { type PlacedRule, regionsOf } from "./regions.ts";

/** What a profile is to hold a command to. */
export interface SeatbeltPlan {
  /** What holds where no rule does. */
  readonly base: Access;
  /** One per path, all without links. */
  readonly rules: readonly BoundRule[];
  /** Links in hidden directories that lead to what can be seen. */
  readonly links: readonly string[];
  /** Patterns that are denied; their directories without links. */
  readonly globs: readonly DenyGlob[];
  /** What of the network may be reached. */
  readonly network: SeatbeltNetwork;
  /** Ports on which this program takes orders: no sandboxed command gets to reach them. */
  readonly orderPorts?: Iterable<number> | undefined;
}

/** A profile. */
export interface SeatbeltProfile {
  /** What it says; no path is part of it. */
  readonly text: string;
  /** What the text calls by name. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The profile for a plan. */
export function seatbeltProfile(plan: SeatbeltPlan): SeatbeltProfile {
  const { base, rules, globs, network, orderPorts = [] } = plan;
  if (base === "write" && rules.length === 0 && globs.length === 0) {
    return networkProfile(network, orderPorts);
  }
  const parameters = new Parameters();
  const parts = layout(plan);
  const { readable, writable, passages } = parts;
  return profile([
    rule("deny", ["default"]),
    ...baseSection(),
    ...readSection(readable, parameters),
    ...writeSection(writable, parameters),
    ...networkSection(network, parameters, parts),
    ...passageSection(passages, parameters),
    ...protectionSection({ ...parts, globs }, parameters),
    ...closedPorts(orderPorts),
  ], parameters);
}

/** Files are somebody else's concern: only the network is closed, but for what is managed. */
export function networkProfile(
  network: SeatbeltNetwork,
  orderPorts: Iterable<number> = [],
): SeatbeltProfile {
  const parameters = new Parameters();
  const closed = network.kind === "open" ? [] : closedNetwork();
  const opened = reachesNothing(network) || network.kind === "open"
    ? []
    : networkSection(network, parameters, { readable: [], writable: [] });
  const rules = [rule("allow", ["default"]), ...closed, ...opened, ...closedPorts(orderPorts)];
  return profile(rules, parameters);
}

function profile(rules: readonly Expression[], parameters: Parameters): SeatbeltProfile {
  const lines = [["version", "1"], ...rules].map((it) => printed(it));
  return { text: `${lines.join("\n")}\n`, parameters: parameters.values() };
}

function layout({ base, rules, links, globs }: SeatbeltPlan): Omit<Protection, "globs"> {
  const isDenied = deniedBy(globs);
  // What a pattern covers anyway needs no rule, however many files match at this moment; and what
  // may be written but does not exist is nothing that this program would let be made.
  const covered = rules.filter(({ access, path }) => access === "deny" && isDenied(path));
  const needed = rules.filter((rule) =>
    !covered.includes(rule) && !(rule.access === "write" && rule.kind === "missing")
  ).map(placed);
  const ruled: RuleSet = { base, rules: inOrder(needed) };
  const set = { base, rules: needed };
  const readable = regionsOf(set, ["read", "write"]);
  const writable = regionsOf(set, ["write"]);
  const seen = [...readable.map(({ path }) => path), ...links];
  const held = [
    ...writable.flatMap(({ holes }) => holes.map(({ path }) => path)),
    ...covered.map(({ path }) => path),
    ...globs.map(({ directory }) => pathBelow(directory, "*")),
  ];
  const roots = needed.filter(({ access }) => access === "write").map(({ path }) => path);
  const passages = [...links, ...ancestorsOf(seen)]
    .filter((path) => accessOf(ruled, path).access === "deny" && !isDenied(path));
  const anchors = ancestorsOf(held).filter((path) => accessOf(ruled, path).access === "write");
  return {
    readable,
    writable,
    denied: needed.filter(({ access }) => access === "deny").map(({ path }) => ({
      path,
      reopened: readable.filter((region) => isWithin(region.path, path)),
    })),
    passages: sorted(passages),
    anchors: sorted([...roots, ...anchors].filter((path) => path !== "/")),
  };
}

function placed({ path, access, origin, kind }: BoundRule): PlacedRule {
  return { path, access, origin, isFile: kind === "file" };
}

/** Tells whether a path is a match of a pattern, or lies in one. */
function deniedBy(globs: readonly DenyGlob[]): (path: string) => boolean {
  const matchers = globs.map(globMatcher);
  return (path) => {
    if (matchers.length === 0) return false;
    return [path, ...ancestorsOf([path])].some((place) =>
      matchers.some((matches) => matches(place))
    );
  };
}

/** All directories that paths lie in, each once. */
function ancestorsOf(paths: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const path of paths) {
    for (let at = path.lastIndexOf("/"); at >= 0; at = path.lastIndexOf("/", at - 1)) {
      const ancestor = path.slice(0, at) || "/";
      if (ancestor === path || found.has(ancestor)) break;
      found.add(ancestor);
      if (at === 0) break;
    }
  }
  return [...found];
}

function sorted(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)].sort();
}
