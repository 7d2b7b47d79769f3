/** Makes a policy's rules concrete on a disk: real paths, what Git needs, what patterns match. @module */

import type { DiskView, Link, Place } from "./disk_view.ts";
import { nestedRules } from "./git_places.ts";
import { linkedRepositoryRules, pointedDirectories } from "./git_pointer.ts";
import { isBareRepository, repositoryRules } from "./git_repository.ts";
import type { GitRule } from "./git_rule.ts";
import { globMatches } from "./glob_matches.ts";
import { LimitedDisk } from "./limited_disk.ts";
import type { BoundRule } from "./mounts.ts";
import { isWithin, pathBelow } from "./paths.ts";
import type { Policy } from "./policy.ts";
import { withProtectedNames } from "./protected_names.ts";
import { refuseHiddenProcesses, refuseProcessPlace } from "./process_places.ts";
import { type Access, accessOf, canonicalRules, Decisions, type Rule } from "./rules.ts";
import { refuseStrangeTemporary, refuseWideTemporary } from "./temporary.ts";
import { lookedUp, SandboxRefusal } from "./refusal.ts";

/** With the names that are protected: more mounts could not be passed on, and take long to find. */
const MOST_RULES = 1200;

/** A policy on a disk. */
export interface BoundPolicy {
  /** What holds where no rule does. */
  readonly base: Access;
  /** One per path, all without links. */
  readonly rules: readonly BoundRule[];
  /** Links that lead to them. */
  readonly links: readonly Link[];
}

const TEMPORARY: ReadonlySet<string> = new Set(["/tmp", "/private/tmp"]);

/**
 * Binds a policy to what the disk is at this moment.
 * @throws {SandboxRefusal} when a rule could be evaded, or cannot be looked up
 */
export function bindPolicy(policy: Policy, disk: DiskView): BoundPolicy {
  return lookedUp(() => new Binding(policy, disk).bind());
}

class Binding {
  readonly #policy: Policy;
  readonly #disk: DiskView;
  readonly #links = new Map<string, Link>();

  constructor(policy: Policy, disk: DiskView) {
    this.#policy = policy;
    this.#disk = new LimitedDisk(disk);
  }

  bind(): BoundPolicy {
    const { base, globDepth, denyGlobs } = this.#policy;
    for (const rule of this.#policy.rules) this.#refuseProcesses(rule);
    const written = this.#canonical(this.#policy.rules);
    const inWritten = new Decisions({ base, rules: written });
    const places = denyGlobs.map(({ directory }) => ({ path: directory, access: "deny" } as const));
    for (const rule of [...this.#policy.rules, ...places]) {
      this.#refuseWritableLinks(rule, inWritten);
    }
    // Who may write a link may as well copy what it leads to: only where it leads counts.
    const matches = globMatches(denyGlobs, { globDepth, disk: this.#disk });
    const denied = this.#canonical([...written, ...matches]);
    const isDirectory = (path: string) => this.#place(path).kind === "directory";
    const named = withProtectedNames({ base, rules: denied }, isDirectory).rules;
    const count = named.length - matches.length;
    if (count > MOST_RULES) throw tooMany(count);
    this.#refuseGrantingTemporary(denied, isDirectory);
    const inDenied = new Decisions({ base, rules: denied });
    for (const rule of named) this.#refuseWritableLinks(rule, inDenied);
    const all = this.#withGit(named);
    return { base, rules: all.map((rule) => this.#bound(rule)), links: [...this.#links.values()] };
  }

  /** Rules about real paths. What is denied is opened again for writing only, as in the reference. */
  #canonical(rules: readonly Rule[]): readonly Rule[] {
    const real = canonicalRules(rules, (path) => this.#place(path).real);
    const decisions = new Decisions({ base: "read", rules: real });
    return real.filter(({ path, access }) =>
      access !== "read" || decisions.above(path).access !== "deny"
    );
  }

  #refuseProcesses({ path, access, isOwn }: Rule): void {
    if (isOwn === true) return;
    const place = this.#place(path);
    refuseProcessPlace("The path", path, place);
    if (access === "deny") refuseHiddenProcesses(path, place);
  }

  /** What a command calls its temporary directory does not open what something else keeps. */
  #refuseGrantingTemporary(
    rules: readonly Rule[],
    isDirectory: (path: string) => boolean,
  ): void {
    const { base, temporary, workspaceRoots } = this.#policy;
    if (temporary === undefined) return;
    const real = this.#place(temporary).real;
    refuseWideTemporary(real, workspaceRoots.map((root) => this.#place(root).real));
    const others = rules.filter(({ path }) => path !== real);
    const { access, rule } = accessOf(
      withProtectedNames({ base, rules: others }, isDirectory),
      real,
    );
    if (access === "write") return;
    if (rule === undefined) {
      const places = this.#policy.temporaryPlaces.map((path) => this.#place(path).real);
      refuseStrangeTemporary(real, places);
      return;
    }
    throw new SandboxRefusal(
      "grantingTemporary",
      `Cannot use the sandbox entry \`tmpdir\`: TMPDIR "${temporary}" lies in "${rule.path}", which ` +
        `is kept (${rule.origin}); set TMPDIR to a directory of its own`,
      { path: temporary },
    );
  }

  #place(path: string): Place {
    const place = this.#disk.place(path);
    for (const link of place.links) this.#links.set(link.path, link);
    return place;
  }

  /** A command could lead such a link elsewhere, and the next one would get what is there. */
  #refuseWritableLinks(
    { path, access }: Pick<Rule, "path" | "access">,
    decisions: Decisions,
  ): void {
    const link = this.#place(path).links
      .find((link) => decisions.at(link.path).access === "write");
    if (link === undefined) return;
    throw new SandboxRefusal(
      "writableLink",
      `Cannot enforce "${access}" at "${path}": the path leads through the symbolic link ` +
        `"${link.path}", which the command may change; name the path that it leads to`,
      { path, link: link.path },
    );
  }

  /** Lets Git work where it may, and keeps what it would run later. */
  #withGit(rules: readonly Rule[]): readonly GitRule[] {
    const merged = new Map<string, GitRule>(rules.map((rule) => [rule.path, rule]));
    const decisions = new Decisions({ base: this.#policy.base, rules });
    for (const rule of rules) {
      if (rule.access !== "write") continue;
      for (const added of this.#gitRules(rule.path, decisions)) {
        const said = merged.get(added.path);
        // What was said about a path is not undone by what nobody said.
        if (said === undefined || added.isForced === true) merged.set(added.path, added);
        else if (said.access === "read") {
          merged.set(added.path, { standIn: added.standIn, ...said });
        }
      }
      // But no grant lets a command say which repository this is.
      const pointer = this.#pointerRule(rule.path);
      if (pointer !== undefined) merged.set(pointer.path, pointer);
    }
    return [...merged.values()];
  }

  #gitRules(root: string, decisions: Decisions): readonly GitRule[] {
    if (this.#place(root).kind !== "directory") return [];
    // Nothing is opened by what only is to be kept.
    const isWritable = (path: string) => decisions.at(path).access === "write";
    const isWritableRule = ({ path }: GitRule) => isWritable(path);
    const isRepository = root.endsWith("/.git") || isBareRepository(root, this.#disk);
    const own = isRepository ? repositoryRules(root, this.#disk).filter(isWritableRule) : [];
    if (root.endsWith("/.git")) return own;
    const path = pathBelow(root, ".git");
    const linked = this.#place(path).kind === "file" ? this.#linkedRules(path, decisions) : [];
    if (this.#isTemporary(root)) return [...own, ...linked];
    // What a command put there to look like a repository hides none below it.
    return [...own, ...nestedRules(root, { disk: this.#disk, isWritable }), ...linked];
  }

  /** Nobody works in repositories there for long, and there may be a lot to look at. */
  #isTemporary(root: string): boolean {
    const { temporary } = this.#policy;
    return TEMPORARY.has(root) || (temporary !== undefined && root === this.#place(temporary).real);
  }

  /** A granted `.git` that is no directory: missing, it would get hooks that nothing keeps. */
  #pointerRule(path: string): GitRule | undefined {
    if (!path.endsWith("/.git") || this.#place(path).kind === "directory") return undefined;
    return { path, access: "read", origin: "no command decides which repository this is" };
  }

  #linkedRules(pointer: string, decisions: Decisions): GitRule[] {
    const isGranted = decisions.at(pointer).access === "write";
    const granted = isGranted ? this.#grantedBy(pointer, decisions) : undefined;
    const isDenied = granted?.some(({ path }) => decisions.at(path).access === "deny") === true;
    if (granted !== undefined && !isDenied) return granted;
    return pointedDirectories(pointer, this.#disk)
      .filter((path) => decisions.at(path).access === "write")
      .map((path) => ({ path, access: "read", origin: `the repository that ${pointer} names` }));
  }

  #grantedBy(pointer: string, decisions: Decisions): GitRule[] | undefined {
    const rules = linkedRepositoryRules(pointer, this.#disk);
    const grants = rules?.filter(({ access }) => access === "write") ?? [];
    // Settings may name files elsewhere, which are not opened by being kept.
    return rules?.filter(({ path }) =>
      grants.some((grant) => isWithin(path, grant.path)) || decisions.at(path).access === "write"
    );
  }

  #bound(rule: GitRule): BoundRule {
    const { kind, firstMissing, isBlocked } = this.#place(rule.path);
    return { ...rule, kind, firstMissing, isBlocked };
  }
}

function tooMany(count: number): SandboxRefusal {
  return new SandboxRefusal(
    "tooLarge",
    `The sandbox has ${count} paths to keep or to open, more than the ${MOST_RULES} that it can; ` +
      "use fewer paths",
  );
}
