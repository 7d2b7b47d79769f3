/** Policies that have a name, as intent for the wire. @module */

import type { SandboxIntent } from "../protocol/methods/sandbox.ts";
import type {
  NetworkAccess,
  SandboxEntry,
  SandboxPath,
  SpecialPlace,
} from "../protocol/methods/sandbox_permissions.ts";
import type { PathUri } from "../protocol/path_uri.ts";

/** Names of the policies, from the narrowest on. */
export const profileNames = ["read-only", "workspace-write", "danger-full-access"] as const;

/** Name of a policy. */
export type ProfileName = typeof profileNames[number];

/** What a policy is about. */
export interface ProfileOptions {
  /** The directory that relative things begin at; the workspace, unless roots are given. */
  readonly cwd: PathUri;
  /** Directories of the work at hand; `cwd` when absent. */
  readonly workspaceRoots?: readonly PathUri[] | undefined;
  /** Whether the network may be reached; default false. Not asked of `danger-full-access`. */
  readonly network?: boolean | undefined;
}

/**
 * Intent of a named policy.
 *
 * `read-only`: everything may be read. `workspace-write`: and the workspace and temporary files may
 * be written, also `.git`, so that commits work; a repository's hooks and configuration stay
 * protected where the policy is enforced. `danger-full-access`: nothing is confined.
 */
export function profileIntent(name: ProfileName, options: ProfileOptions): SandboxIntent {
  const network: NetworkAccess = options.network === true ? "enabled" : "restricted";
  switch (name) {
    case "danger-full-access":
      return intent(options, { type: "disabled" });
    case "read-only":
      return intent(options, managed([readEverything], network));
    case "workspace-write":
      return intent(options, managed(workspaceEntries, network));
  }
}

/** The policy of this name, if any. */
export function profileNamed(name: string): ProfileName | undefined {
  return profileNames.find((known) => known === name);
}

const readEverything: SandboxEntry = { path: special({ kind: "root" }), access: "read" };

const workspaceEntries: readonly SandboxEntry[] = [
  readEverything,
  { path: special({ kind: "project_roots" }), access: "write" },
  { path: special({ kind: "project_roots", subpath: ".git" }), access: "write" },
  { path: special({ kind: "slash_tmp" }), access: "write" },
  { path: special({ kind: "tmpdir" }), access: "write" },
];

function special(value: SpecialPlace): SandboxPath {
  return { type: "special", value };
}

function managed(
  entries: readonly SandboxEntry[],
  network: NetworkAccess,
): SandboxIntent["permissions"] {
  return { type: "managed", file_system: { type: "restricted", entries }, network };
}

function intent(
  { cwd, workspaceRoots = [cwd] }: ProfileOptions,
  permissions: SandboxIntent["permissions"],
): SandboxIntent {
  return { permissions, windowsSandboxLevel: "disabled", policyContext: { cwd, workspaceRoots } };
}
