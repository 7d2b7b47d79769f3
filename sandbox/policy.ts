/** From portable sandbox intent to rules about this machine's paths. Pure: the disk is not asked. @module */

import { RpcError } from "../protocol/errors.ts";
import type { SandboxIntent } from "../protocol/methods/sandbox.ts";
import type {
  NetworkAccess,
  RestrictedFileSystem,
} from "../protocol/methods/sandbox_permissions.ts";
import { bindEntry, type Bound, type EntryScene, isDynamic } from "./bind_entry.ts";
import type { DenyGlob } from "./deny_glob.ts";
import { type PolicyPlace as ScenePlace, policyScene } from "./policy_scene.ts";
import { depthOf, normalPath } from "./paths.ts";
import { accessOf, inOrder, type Rule, type RuleSet, strongest } from "./rules.ts";
import { refuseStrangeTemporary, refuseWideTemporary } from "./temporary.ts";

/** What intent is resolved against. */
export interface PolicyPlace extends ScenePlace {
  /** `TMPDIR` of this program: a command's may lie there, wherever that is. */
  readonly ownTemporary?: string | undefined;
}

/** What a command or file call may do, on this machine; protected names are not among the rules. */
export interface Policy extends RuleSet {
  /** `disabled`: anything; `external`: files are confined by others; `managed`: rules hold. */
  readonly kind: "disabled" | "external" | "managed";
  /** Which entry made the base, for people. */
  readonly baseOrigin: string;
  /** Patterns of paths that are denied, whatever the rules say of them. */
  readonly denyGlobs: readonly DenyGlob[];
  /** How many directories below its own a pattern is looked for; undefined: all. */
  readonly globDepth: number | undefined;
  /** Whether the network may be reached. */
  readonly network: NetworkAccess;
  /** Native paths of the workspace roots. */
  readonly workspaceRoots: readonly string[];
  /** Where `TMPDIR` made something writable; see `refuseWideTemporary`. */
  readonly temporary: string | undefined;
  /** Where it may lie besides the usual places; see `refuseStrangeTemporary`. */
  readonly temporaryPlaces: readonly string[];
  /** Sentences about entries that have no effect, for people. */
  readonly notes: readonly string[];
}

/** No more rules and patterns than that, so that small messages cannot make endless work. */
const MOST_RULES = 1000;
/** Nor paths so deep that to look at them would. */
const MOST_NAMES = 12_000;
/** What the system takes for a path, less the end. */
const MOST_PATH_CHARACTERS = 4095;

/**
 * Resolves intent.
 * @throws {RpcError} `invalidParams`, or `fileRefused` for paths of other systems in file calls
 */
export function resolvePolicy(intent: SandboxIntent, place: PolicyPlace): Policy {
  const { permissions } = intent;
  requireFew(intent);
  const scene = policyScene(intent, place);
  const open: Policy = {
    kind: "managed",
    base: "write",
    baseOrigin: `\`${permissions.type}\` permissions`,
    rules: [],
    denyGlobs: [],
    globDepth: undefined,
    network: permissions.type === "disabled" ? "enabled" : permissions.network,
    workspaceRoots: scene.workspaceRoots,
    temporary: undefined,
    temporaryPlaces: temporaryPlaces(scene, place),
    notes: [],
  };
  if (permissions.type !== "managed") return { ...open, kind: permissions.type };
  const { file_system } = permissions;
  if (file_system.type === "restricted") {
    return { ...open, ...restricted(file_system, scene, open.temporaryPlaces) };
  }
  return { ...open, baseOrigin: "`unrestricted` file system" };
}

function restricted(
  { entries, glob_scan_max_depth }: RestrictedFileSystem,
  scene: EntryScene,
  temporaryPlaces: readonly string[],
): Partial<Policy> {
  // In the words of the reference; in its file calls nothing stands for a directory of the policy.
  if (scene.directory === undefined && entries.some(isDynamic)) {
    throw new RpcError(
      "invalidParams",
      "file system sandbox context with dynamic permissions requires cwd",
    );
  }
  const bound: Bound[] = [];
  let names = 0;
  for (const entry of entries) {
    const added = bindEntry(entry, scene);
    for (const each of added) if (each.kind === "rule") names += namesIn(each.rule);
    if (bound.push(...added) > MOST_RULES) throw tooMany("rules", MOST_RULES);
    if (names > MOST_NAMES) throw tooMany("names in all their paths", MOST_NAMES);
  }
  const files = fileRules(bound);
  const { temporary } = files;
  if (temporary !== undefined) requireNarrow(temporary, bound, { scene, temporaryPlaces });
  return { ...files, globDepth: glob_scan_max_depth ?? undefined };
}

function fileRules(
  bound: readonly Bound[],
): Pick<Policy, "base" | "baseOrigin" | "rules" | "denyGlobs" | "temporary" | "notes"> {
  const ruled = bound.filter((it) => it.kind === "rule");
  const everywhere = ruled.map(({ rule }) => rule).filter(({ path }) => path === "/");
  const base = strongest(everywhere.map(({ access }) => access)) ?? "deny";
  const origins = everywhere.filter(({ access }) => access === base).map(({ origin }) => origin);
  return {
    base,
    baseOrigin: origins.sort()[0] ?? "no entry names the root",
    rules: inOrder(ruled.map(({ rule }) => rule).filter(({ path }) => path !== "/")),
    denyGlobs: bound.filter((it) => it.kind === "glob").map(({ glob }) => glob)
      .sort((one, other) => one.pattern < other.pattern ? -1 : 1),
    temporary: ruled.find(({ isTemporary, rule }) => isTemporary && rule.access === "write")
      ?.rule.path,
    notes: bound.filter((it) => it.kind === "note").map(({ text }) => text).sort(),
  };
}

/** What is writable without `TMPDIR` anyway, `TMPDIR` may name. */
function requireNarrow(
  temporary: string,
  bound: readonly Bound[],
  { scene, temporaryPlaces }: { scene: EntryScene; temporaryPlaces: readonly string[] },
): void {
  const others = fileRules(bound.filter((it) => it.kind !== "rule" || !it.isTemporary));
  if (accessOf(others, temporary).access === "write") return;
  refuseWideTemporary(temporary, [...scene.workspaceRoots, ...scene.homes]);
  refuseStrangeTemporary(temporary, temporaryPlaces);
}

/** The root is no place for temporary files, whatever this program was started with. */
function temporaryPlaces({ workspaceRoots }: EntryScene, place: PolicyPlace): readonly string[] {
  const own = place.ownTemporary?.startsWith("/") ? normalPath(place.ownTemporary) : "/";
  return own === "/" ? workspaceRoots : [...workspaceRoots, own];
}

/** Before anything is made of them. */
function requireFew({ permissions, ...intent }: SandboxIntent): void {
  const roots = (intent.policyContext ?? intent).workspaceRoots ?? [];
  const isRestricted = permissions.type === "managed" &&
    permissions.file_system.type === "restricted";
  const entries = isRestricted ? permissions.file_system.entries : [];
  if (Math.max(roots.length, entries.length) > MOST_RULES) throw tooMany("rules", MOST_RULES);
}

function namesIn({ path, origin }: Rule): number {
  if (path.length <= MOST_PATH_CHARACTERS) return depthOf(path);
  throw new RpcError(
    "invalidParams",
    `Cannot use the sandbox: a path of ${path.length} characters (${
      origin.slice(0, 80)
    }) is longer ` +
      "than any path can be; leave it out",
  );
}

function tooMany(what: string, most: number): RpcError {
  return new RpcError(
    "invalidParams",
    `Cannot use the sandbox: its entries make more than ${most} ${what}; name fewer paths`,
  );
}
