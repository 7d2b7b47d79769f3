/** `environment/info` and `environment/status`: what the executor's machine is like. @module */

import type { RequestSpec } from "../method.ts";
import type { PathUri } from "../path_uri.ts";
import {
  flag,
  list,
  nothing,
  nullable,
  oneOf,
  optional,
  pathUri,
  type Schema,
  struct,
  text,
} from "../schema.ts";

/** The shell an orchestrator may run commands with. */
export interface ShellInfo {
  /** Such as `bash`, `zsh` or `sh`. */
  readonly name: string;
  /** Native path of the program, not a URI. */
  readonly path: string;
}

/**
 * What a server can do beyond the first protocol version. A missing flag reads as false, and a
 * server announces only what it does.
 */
export interface Capabilities {
  /** Commands may be started behind an executor-side network proxy. */
  readonly networkProxyLaunch?: boolean | undefined;
  /** `fs/watchMissing` works. */
  readonly fsWatchMissing?: boolean | undefined;
  /** `environmentConfig/read` works. */
  readonly environmentConfigRead?: boolean | undefined;
  /** `http/request` takes header values from the executor's environment. */
  readonly httpHeaderEnvVars?: boolean | undefined;
  /** `fs/open` works together with a sandbox. */
  readonly sandboxedFileStreaming?: boolean | undefined;
  /** `fs/open` in mode `replace` and `fs/writeBlock` work. */
  readonly fileWriteStreaming?: boolean | undefined;
  /** `process/start` takes a `shellSnapshot`. */
  readonly shellSnapshotV2?: boolean | undefined;
  /** Extension: `process/closeStdin` works. */
  readonly processCloseStdin?: boolean | undefined;
  /** Extension: `process/resize` and `terminalSize` of `process/start` work. */
  readonly processResize?: boolean | undefined;
  /** Extension: `process/signal` takes signal names, `process/terminate` a grace period. */
  readonly processSignals?: boolean | undefined;
  /** Extension: `process/start` takes `timeoutMs` and `idleTimeoutMs`. */
  readonly processTimeouts?: boolean | undefined;
  /** Extension: `initialize` takes `takeOver`. */
  readonly sessionTakeOver?: boolean | undefined;
  /** Extension: `process/start` takes `awaitAcks`, and the notification `process/ack` works. */
  readonly processAcks?: boolean | undefined;
  /**
   * Extension: after a reconnect, `process/start` with the id and the parameters of a process that
   * the session started before gives that start's result again.
   */
  readonly processStartRepeat?: boolean | undefined;
  /** Extension: `process/list` works. */
  readonly processList?: boolean | undefined;
  /** Extension: `process/attach` and `process/detach` work. */
  readonly processAttach?: boolean | undefined;
  /** Extension: files opened by clients with `extensions` stay open while the session lives. */
  readonly fsSessionHandles?: boolean | undefined;
  /** Extension: `fs/writeFile` takes `atomic`. */
  readonly fsAtomicWrite?: boolean | undefined;
  /** Extension: `fs/getMetadata` tells mode and owner; `fs/readDirectory` takes `metadata`. */
  readonly fsMetadata?: boolean | undefined;
  /** Extension: `fs/open` takes the mode `update`. */
  readonly fsUpdate?: boolean | undefined;
  /** Extension: `fs/rename` works. */
  readonly fsRename?: boolean | undefined;
  /** Extension: `fs/symlink` works. */
  readonly fsSymlink?: boolean | undefined;
  /** Extension: `fs/chmod` works. */
  readonly fsChmod?: boolean | undefined;
  /** Extension: `fs/hash` works. */
  readonly fsHash?: boolean | undefined;
  /** Extension: `fs/glob` works. */
  readonly fsGlob?: boolean | undefined;
  /** Extension: `fs/grep` and `fs/cancelSearch` work. */
  readonly fsGrep?: boolean | undefined;
  /** Extension: `fs/watch` and `fs/unwatch` work. */
  readonly fsWatch?: boolean | undefined;
}

/** The program that serves, beside the wire version it speaks. Extension. */
export interface ImplementationInfo {
  /** Name of the program. */
  readonly name: string;
  /** Version of the program, not of the wire. */
  readonly version: string;
}

/** Result of `environment/info`, and part of the result of `initialize`. */
export interface EnvironmentInfo {
  /** The user's shell. */
  readonly shell: ShellInfo;
  /** Version of the reference whose wire is spoken. */
  readonly executorVersion?: string | undefined;
  /** Opaque build identity. */
  readonly providerId?: string | undefined;
  /** The server's working directory. */
  readonly cwd?: PathUri | null | undefined;
  /** Home directory of the server's user. */
  readonly userHomeDir?: PathUri | undefined;
  /** `linux`, `macos` or `windows`. */
  readonly platformOs?: string | undefined;
  /** Directories that clients put in front of PATH. */
  readonly prependPathDirs?: PathUri[] | undefined;
  /** What TMPDIR names; empty when it is unset. */
  readonly temporaryDirectories?: PathUri[] | undefined;
  /** The machine's temporary directory. */
  readonly tempDir?: PathUri | undefined;
  /** What the server can do. */
  readonly capabilities?: Capabilities | undefined;
  /** Which program serves. Extension; the reference does not send it. */
  readonly implementation?: ImplementationInfo | undefined;
}

/** Result of `environment/status`. */
export interface EnvironmentStatus {
  /** Always `ready`: a server that answers is ready. */
  readonly status: "ready";
}

/** Decodes a `ShellInfo`. */
export const shellInfo: Schema<ShellInfo> = struct<ShellInfo>("ShellInfo", {
  name: text,
  path: text,
});

const capabilities: Schema<Capabilities> = struct<Capabilities>("EnvironmentCapabilities", {
  networkProxyLaunch: optional(flag),
  fsWatchMissing: optional(flag),
  environmentConfigRead: optional(flag),
  httpHeaderEnvVars: optional(flag),
  sandboxedFileStreaming: optional(flag),
  fileWriteStreaming: optional(flag),
  shellSnapshotV2: optional(flag),
  processCloseStdin: optional(flag),
  processResize: optional(flag),
  processSignals: optional(flag),
  processTimeouts: optional(flag),
  sessionTakeOver: optional(flag),
  processAcks: optional(flag),
  processStartRepeat: optional(flag),
  processList: optional(flag),
  processAttach: optional(flag),
  fsSessionHandles: optional(flag),
  fsAtomicWrite: optional(flag),
  fsMetadata: optional(flag),
  fsUpdate: optional(flag),
  fsRename: optional(flag),
  fsSymlink: optional(flag),
  fsChmod: optional(flag),
  fsHash: optional(flag),
  fsGlob: optional(flag),
  fsGrep: optional(flag),
  fsWatch: optional(flag),
});

const implementationInfo = struct<ImplementationInfo>("ImplementationInfo", {
  name: text,
  version: text,
});

/** Decodes an `EnvironmentInfo`. */
export const environmentInfo: Schema<EnvironmentInfo> = struct<EnvironmentInfo>("EnvironmentInfo", {
  shell: shellInfo,
  executorVersion: optional(text),
  providerId: optional(text),
  cwd: optional(nullable(pathUri)),
  userHomeDir: optional(pathUri),
  platformOs: optional(text),
  prependPathDirs: optional(list(pathUri)),
  temporaryDirectories: optional(list(pathUri)),
  tempDir: optional(pathUri),
  capabilities: optional(capabilities),
  implementation: optional(implementationInfo),
});

const environmentStatus: Schema<EnvironmentStatus> = struct<EnvironmentStatus>(
  "EnvironmentStatus",
  { status: oneOf(["ready"]) },
);

/** Requests about the executor's machine, by name. */
export interface EnvironmentRequests {
  /** See its row. */
  readonly "environment/info": RequestSpec<Record<string, never>, EnvironmentInfo>;
  /** See its row. */
  readonly "environment/status": RequestSpec<Record<string, never>, EnvironmentStatus>;
}

/** The rows of these requests. */
export const environmentRequests: EnvironmentRequests = {
  "environment/info": {
    params: nothing,
    result: environmentInfo,
    paramsType: "nothing",
    resultType: "EnvironmentInfo",
    phase: "ready",
    lane: "control",
    family: "environment info",
    ordering: "none",
    errors: [],
    since: "0.169.0",
    summary: "Describes the executor's machine and what the server can do.",
  },
  "environment/status": {
    params: nothing,
    result: environmentStatus,
    paramsType: "nothing",
    resultType: "EnvironmentStatus",
    phase: "ready",
    lane: "control",
    family: "environment status",
    ordering: "none",
    errors: [],
    since: "0.169.0",
    summary: "Answers at once, so that a client can tell a live server from a silent one.",
  },
};
