/** Binds one entry of a policy to paths of this machine. @module */

import { RpcError } from "../protocol/errors.ts";
import type {
  PatternPath,
  PlainPlace,
  ProjectPlace,
  SandboxEntry,
  SpecialPlace,
} from "../protocol/methods/sandbox_permissions.ts";
import type { PathSystem, PathUri } from "../protocol/path_uri.ts";
import { type DenyGlob, readDenyGlob } from "./deny_glob.ts";
import { pathBelow } from "./paths.ts";
import { platformRoots } from "./platform_roots.ts";
import type { Access, Rule } from "./rules.ts";
import { temporaryDirectory } from "./temporary.ts";

/** What entries are bound to. */
export interface EntryScene {
  /** This machine's system. */
  readonly system: PathSystem;
  /** Where relative patterns begin; undefined when nobody has said. */
  readonly directory: string | undefined;
  /** What `project_roots` stands for. */
  readonly workspaceRoots: readonly string[];
  /** Homes of the user. */
  readonly homes: readonly string[];
  /** Value of `TMPDIR`. */
  readonly tmpdir: string | undefined;
  /** Native path of an entry's URI; throws an `RpcError` when there is none. */
  readonly nativeEntry: (uri: PathUri) => string;
}

/** What an entry comes to. */
export type Bound =
  /** A rule; of the root, what holds where no rule does. */
  | { readonly kind: "rule"; readonly rule: Rule; readonly isTemporary: boolean }
  /** A pattern that is denied. */
  | { readonly kind: "glob"; readonly glob: DenyGlob }
  /** Nothing, and why. */
  | { readonly kind: "note"; readonly text: string };

/**
 * Binds an entry.
 * @throws {RpcError} when it cannot be enforced as it is meant
 */
export function bindEntry(entry: SandboxEntry, scene: EntryScene): readonly Bound[] {
  const { path, access } = entry;
  if (path.type === "glob_pattern") return bindPattern(path, access, scene);
  if (path.type === "special") return bindSpecial(path.value, access, scene);
  const rule = { path: scene.nativeEntry(path.path), access, origin: `path = ${access}` };
  return [{ kind: "rule", rule, isTemporary: false }];
}

/** Whether an entry means something else in each directory that a policy is used for. */
export function isDynamic({ path }: SandboxEntry): boolean {
  if (path.type === "glob_pattern") return !path.pattern.startsWith("/");
  return path.type === "special" && isProject(path.value);
}

function isProject(place: SpecialPlace): place is ProjectPlace {
  return place.kind === "project_roots" || place.kind === "current_working_directory";
}

function bindPattern(
  { pattern }: PatternPath,
  access: Access,
  { directory = "/" }: EntryScene,
): readonly Bound[] {
  const origin = `glob_pattern \`${pattern}\` = ${access}`;
  if (access !== "deny") return [note(`${origin} has no effect: patterns can only deny`)];
  const { paths, globs } = readDenyGlob(pattern, { directory, origin });
  return [
    ...paths.map((path) => ruleAt(path, { access, origin })),
    ...globs.map((glob): Bound => ({ kind: "glob", glob })),
  ];
}

function bindSpecial(place: SpecialPlace, access: Access, scene: EntryScene): readonly Bound[] {
  if (isProject(place)) return bindProject(place, access, scene);
  if (place.kind === "unknown") {
    const name = `${place.path} = ${access}`;
    return [note(`${name} has no effect: this version does not know what it stands for`)];
  }
  return bindPlain(place.kind, access, scene);
}

function bindPlain(kind: PlainPlace["kind"], access: Access, scene: EntryScene): readonly Bound[] {
  const origin = `${kind} = ${access}`;
  switch (kind) {
    case "root":
      return [ruleAt("/", { access, origin })];
    case "slash_tmp":
      return [ruleAt("/tmp", { access, origin })];
    case "tmpdir":
      return bindTemporary(access, scene);
    case "minimal":
      return bindMinimal(access, scene);
  }
}

function bindTemporary(access: Access, { tmpdir }: EntryScene): readonly Bound[] {
  const path = temporaryDirectory(tmpdir);
  const origin = `tmpdir = ${access}`;
  if (path === undefined) return [note(`${origin} has no effect: TMPDIR is not set`)];
  return [{ kind: "rule", rule: { path, access, origin }, isTemporary: true }];
}

function bindMinimal(access: Access, { system }: EntryScene): readonly Bound[] {
  // The reference takes such an entry and denies nothing.
  if (access === "deny") {
    throw new RpcError(
      "invalidParams",
      "Cannot deny the sandbox entry `minimal`: no program would start; name the paths to deny",
    );
  }
  const rules = platformRoots(system).map((path) =>
    ruleAt(path, { access: "read", origin: "minimal = read" })
  );
  if (access === "read") return rules;
  return [
    ...rules,
    note("minimal = write only lets read: the system's own files stay as they are"),
  ];
}

function bindProject(
  { kind, subpath }: ProjectPlace,
  access: Access,
  { workspaceRoots }: EntryScene,
): readonly Bound[] {
  const names = (subpath ?? "").split("/").filter((name) => name !== "");
  const isOutside = subpath?.startsWith("/") || subpath?.includes("\0") ||
    names.some((name) => name === "." || name === "..");
  // The reference drops such an entry, also when it denies.
  if (isOutside) {
    throw new RpcError(
      "invalidParams",
      `Cannot use the sandbox entry \`${kind}\`: its subpath "${subpath}" is not a relative path ` +
        "of plain names; use an entry of type `path`",
    );
  }
  const origin = `${[kind, ...names].join("/")} = ${access}`;
  if (workspaceRoots.length === 0) {
    return [note(`${origin} has no effect: the policy names no workspace roots`)];
  }
  const below = names.join("/");
  return workspaceRoots.map((root) =>
    ruleAt(below === "" ? root : pathBelow(root, below), { access, origin })
  );
}

function ruleAt(path: string, { access, origin }: Omit<Rule, "path">): Bound {
  return { kind: "rule", rule: { path, access, origin }, isTemporary: false };
}

function note(text: string): Bound {
  return { kind: "note", text };
}
