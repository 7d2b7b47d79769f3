/** Rules about paths: which one decides, and how rules about one path become one. @module */

import { RpcError } from "../protocol/errors.ts";
import { displayPath } from "../protocol/native_path.ts";
import { PathIndex } from "./path_index.ts";
import { depthOf, isWithin } from "./paths.ts";

/** What may be done with a file: read it, read and write it, or neither. */
export type Access = "read" | "write" | "deny";

/** What may be done at a path and below it, until a deeper rule says otherwise. */
export interface Rule {
  /** Absolute native path in normal form; never the root. */
  readonly path: string;
  /** What may be done there. */
  readonly access: Access;
  /** Which entry made it, for people. */
  readonly origin: string;
  /** Whether the server added it for its own sake: what was asked for is not more because of it. */
  readonly isOwn?: boolean;
}

/** Rules, and what holds where none of them does. */
export interface RuleSet {
  /** What holds where no rule does. */
  readonly base: Access;
  /** At most one per path; ancestors come first. */
  readonly rules: readonly Rule[];
}

/** What decides about a path. */
export interface Decision {
  /** What may be done there. */
  readonly access: Access;
  /** Why; undefined when the base decides. */
  readonly rule: Rule | undefined;
}

const STRENGTH: Readonly<Record<Access, number>> = { read: 0, write: 1, deny: 2 };

/** Which of several wishes about one and the same path holds: `deny`, else `write`, else `read`. */
export function strongest(wishes: Iterable<Access>): Access | undefined {
  let best: Access | undefined;
  for (const wish of wishes) {
    if (best === undefined || STRENGTH[wish] > STRENGTH[best]) best = wish;
  }
  return best;
}

/** One rule per path, ancestors first, then by the path's text. The order given does not matter. */
export function inOrder(rules: Iterable<Rule>): readonly Rule[] {
  const byPath = new Map<string, Rule>();
  for (const rule of rules) {
    const other = byPath.get(rule.path);
    if (other === undefined || isStronger(rule, other)) byPath.set(rule.path, rule);
  }
  return [...byPath.values()].sort((one, other) =>
    depthOf(one.path) - depthOf(other.path) || (one.path < other.path ? -1 : 1)
  );
}

function isStronger(rule: Rule, other: Rule): boolean {
  const difference = STRENGTH[rule.access] - STRENGTH[other.access];
  if (difference === 0 && rule.isOwn !== other.isOwn) return other.isOwn === true;
  // Of two that say the same, always the same one stays, in whatever order they came.
  return difference === 0 ? rule.origin < other.origin : difference > 0;
}

/** What may be done at a path in normal form. */
export function accessOf({ base, rules }: RuleSet, path: string): Decision {
  const rule = rules.findLast((rule) => isWithin(path, rule.path));
  return { access: rule?.access ?? base, rule };
}

/** The same for many paths: one question takes as long as its path has names. */
export class Decisions {
  readonly #base: Access;
  readonly #rules: PathIndex<Rule>;

  /** @param ruleSet with at most one rule per path; their order does not matter */
  constructor({ base, rules }: RuleSet) {
    this.#base = base;
    this.#rules = new PathIndex(rules.map((rule) => [rule.path, rule]));
  }

  /** What may be done at a path in normal form. */
  at(path: string): Decision {
    return this.#decision(this.#rules.nearest(path));
  }

  /** What could be done there if no rule were about the path itself. */
  above(path: string): Decision {
    return this.#decision(this.#rules.above(path));
  }

  #decision(rule: Rule | undefined): Decision {
    return { access: rule?.access ?? this.#base, rule };
  }
}

/**
 * The same rules about the paths where they really lead; rules that meet become one.
 * @param realPathOf absolute, in normal form, without links; a missing path is itself
 * @throws {RpcError} `invalidParams` when a rule leads to the root, which no rule may
 */
export function canonicalRules(
  rules: readonly Rule[],
  realPathOf: (path: string) => string,
): readonly Rule[] {
  return inOrder(rules.map((rule) => {
    const path = realPathOf(rule.path);
    if (path === rule.path) return rule;
    if (path !== "/") return { ...rule, path };
    throw new RpcError(
      "invalidParams",
      `Cannot use the sandbox: "${displayPath(rule.path)}" (${rule.origin}) leads to "/"; ` +
        "name the root itself if everything is meant",
    );
  }));
}
