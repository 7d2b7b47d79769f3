/** The member `sandbox` of `process/start` and of every `fs/*` request: how to confine it. @module */

import type { PathUri } from "../path_uri.ts";
import {
  flag,
  list,
  nullable,
  oneOf,
  optional,
  pathUri,
  port,
  type Schema,
  struct,
  text,
} from "../schema.ts";
import { type SandboxPermissions, sandboxPermissions } from "./sandbox_permissions.ts";

/** The directories that the entries of a policy are about. */
export interface PolicyDirectories {
  /** Where relative patterns begin; not the directory that a command starts in. */
  readonly cwd?: PathUri | null | undefined;
  /** What `project_roots` stands for; none when absent. */
  readonly workspaceRoots?: readonly PathUri[] | undefined;
}

/**
 * Portable sandbox intent: what shall be possible, said so that each machine can enforce it by its
 * own means. Source: `WireFileSystemSandboxContext` of the reference.
 */
export interface SandboxIntent extends PolicyDirectories {
  /** What may be done. */
  readonly permissions: SandboxPermissions;
  /** How to confine on Windows; wanted on every system. */
  readonly windowsSandboxLevel: "disabled" | "restricted-token" | "elevated" | "mxc";
  /** Newer place of the directories; when it is given, `cwd` and `workspaceRoots` do not count. */
  readonly policyContext?: PolicyDirectories | null | undefined;
  /** Home of the user that the policy is about. */
  readonly userHomeDir?: PathUri | null | undefined;
  /** Without effect: `tmpdir` stands for what `TMPDIR` says. */
  readonly temporaryDirectories?: readonly PathUri[] | null | undefined;
  /** Of Windows. */
  readonly windowsSandboxProxySettingsMode?: "reconcile" | "preserve" | null | undefined;
  /** Without effect: there is one way of confinement per system. */
  readonly useLegacyLandlock?: boolean | undefined;
  /** How the client came to this policy; changes nothing. */
  readonly sandboxOverride?:
    | "noOverride"
    | "escalatedSandboxWithRestrictions"
    | "bypassSandboxFirstAttempt"
    | undefined;
}

/** The part of a network that a confined command may reach, when it is managed. */
export interface ManagedNetwork {
  /** Ports of this machine that the command may reach; each of a proxy. */
  readonly loopbackPorts?: readonly number[] | undefined;
  /** Whether the command may listen. */
  readonly allowLocalBinding?: boolean | undefined;
  /** Paths of sockets that the command may reach. */
  readonly allowUnixSockets?: readonly string[] | undefined;
  /** Whether the command may reach all sockets that have a path. */
  readonly dangerouslyAllowAllUnixSockets?: boolean | undefined;
}

const policyContext: Schema<PolicyDirectories> = struct<PolicyDirectories>(
  "WireFileSystemPolicyContext",
  { cwd: optional(nullable(pathUri)), workspaceRoots: optional(list(pathUri)) },
);

/** Decodes a `SandboxIntent`. */
export const sandboxIntent: Schema<SandboxIntent> = struct<SandboxIntent>(
  "WireFileSystemSandboxContext",
  {
    permissions: sandboxPermissions,
    windowsSandboxLevel: oneOf(["disabled", "restricted-token", "elevated", "mxc"]),
    cwd: optional(nullable(pathUri)),
    workspaceRoots: optional(list(pathUri)),
    policyContext: optional(nullable(policyContext)),
    userHomeDir: optional(nullable(pathUri)),
    temporaryDirectories: optional(nullable(list(pathUri))),
    windowsSandboxProxySettingsMode: optional(nullable(oneOf(["reconcile", "preserve"]))),
    useLegacyLandlock: optional(flag),
    sandboxOverride: optional(
      oneOf(["noOverride", "escalatedSandboxWithRestrictions", "bypassSandboxFirstAttempt"]),
    ),
  },
);

/** Decoder of the member `sandbox`. */
export const sandboxMember = { sandbox: optional(nullable(sandboxIntent)) };

/** Decodes a `ManagedNetwork`. */
export const managedNetwork: Schema<ManagedNetwork> = struct<ManagedNetwork>(
  "ManagedNetworkSandboxContext",
  {
    loopbackPorts: optional(list(port)),
    allowLocalBinding: optional(flag),
    allowUnixSockets: optional(list(text)),
    dangerouslyAllowAllUnixSockets: optional(flag),
  },
);
