/** `process/start`: its parameters, how they are decoded, its row. @module */

import type { RequestSpec } from "../method.ts";
import type { PathUri } from "../path_uri.ts";
import { type ShellInfo, shellInfo } from "./environment.ts";
import {
  anything,
  characters,
  flag,
  list,
  nullable,
  oneOf,
  optional,
  pathUri,
  positive,
  type Schema,
  stringMap,
  struct,
  text,
  uuid,
} from "../schema.ts";
import {
  type ManagedNetwork,
  managedNetwork,
  type SandboxIntent,
  sandboxMember,
} from "./sandbox.ts";

/** How a child's environment is made from the server's own. */
export interface EnvPolicy {
  /** What to begin with: all variables of the server, a few core ones, or none. */
  readonly inherit: "core" | "all" | "none";
  /** False drops names that contain KEY, SECRET or TOKEN. */
  readonly ignoreDefaultExcludes: boolean;
  /** Names to drop; `*` stands for any run of characters, `?` for one; case does not count. */
  readonly exclude: string[];
  /** Variables to add or replace; not subject to the exclusions. */
  readonly set: Record<string, string>;
  /** When not empty, only names that match one of these stay. */
  readonly includeOnly: string[];
}

/** Who a command runs for; reaches the child as CODEX_THREAD_ID and CODEX_TOOL_CALL_ID. */
export interface StartMetadata {
  /** A UUID. */
  readonly threadId?: string | null | undefined;
  /** Any text. */
  readonly toolCallId?: string | null | undefined;
}

/** How large a terminal is, in characters. */
export interface TerminalSize {
  /** Lines, 1 to 65 535. */
  readonly rows: number;
  /** Characters per line, 1 to 65 535. */
  readonly cols: number;
}

/** A cached state of the login shell to run with; decoded, and not used here. */
export interface ShellSnapshot {
  /** What the state is cached under. */
  readonly scopeId: string;
  /** Whose state it is. */
  readonly shell: ShellInfo;
}

/** Parameters of `process/start`. */
export interface StartParams {
  /** Chosen by the client, unique in its session; any text. */
  readonly processId: string;
  /** The program and its arguments; at least the program. */
  readonly argv: string[];
  /** Where the program starts; an existing directory of the server's machine. */
  readonly cwd: PathUri;
  /** The whole environment; laid over the result of `envPolicy` when that is given. */
  readonly env: Record<string, string>;
  /** Run in a terminal. */
  readonly tty: boolean;
  /** Keep standard input open for `process/write`; otherwise it is at its end from the start. */
  readonly pipeStdin?: boolean | undefined;
  /** What the program sees as its own name; null or absent: `argv[0]`. */
  readonly arg0?: string | null | undefined;
  /** How the environment is made; null or absent: exactly `env`. */
  readonly envPolicy?: EnvPolicy | null | undefined;
  /** Who the command runs for. */
  readonly metadata?: StartMetadata | null | undefined;
  /** Extension: first size of the terminal; null or absent: 24 × 80. Nothing without `tty`. */
  readonly terminalSize?: TerminalSize | null | undefined;
  /** Extension: ends the process tree after so many milliseconds; null or absent: never. */
  readonly timeoutMs?: number | null | undefined;
  /** Extension: ends the process tree after so many milliseconds without output or input. */
  readonly idleTimeoutMs?: number | null | undefined;
  /**
   * Extension, announced as `processAcks`: hold the program back rather than forget output that the
   * client has not acknowledged by `process/ack`; default false.
   */
  readonly awaitAcks?: boolean | null | undefined;
  /** Not used: the capability `shellSnapshotV2` is not announced. */
  readonly shellSnapshot?: ShellSnapshot | null | undefined;
  /** Without effect unsandboxed. */
  readonly enforceManagedNetwork?: boolean | undefined;
  /** Without effect unsandboxed. */
  readonly managedNetwork?: ManagedNetwork | null | undefined;
  /** Portable sandbox intent; null or absent: unsandboxed. */
  readonly sandbox?: SandboxIntent | null | undefined;
  /** Managed network for this command; null or absent: none. */
  readonly networkProxy?: unknown;
}

/** `error.data` of a refused start. Extension. */
export interface SpawnFailure {
  /** What was wrong, for programs. */
  readonly kind:
    | "programNotFound"
    | "notExecutable"
    | "badFormat"
    | "argumentsTooLong"
    | "zeroByte"
    | "cwdNotFound"
    | "cwdNotDirectory"
    | "permissionDenied"
    | "tooManyProcesses"
    | "tooManyFiles"
    | "noMemory"
    | "noPty"
    | "other";
  /** The system's error number; 0 when the system was not asked. */
  readonly errno: number;
  /** How far the start had come. */
  readonly stage: "lookup" | "streams" | "terminal" | "chdir" | "exec" | "watch";
}

/** Result of `process/start`. */
export interface StartResult {
  /** As given. */
  readonly processId: string;
  /** How the process is confined; older servers leave it out. */
  readonly sandboxType?: string | undefined;
}

const envPolicy: Schema<EnvPolicy> = struct<EnvPolicy>("ExecEnvPolicy", {
  inherit: oneOf(["core", "all", "none"]),
  ignoreDefaultExcludes: flag,
  exclude: list(text),
  set: stringMap,
  includeOnly: list(text),
});

const startMetadata: Schema<StartMetadata> = struct<StartMetadata>("ExecMetadata", {
  threadId: optional(nullable(uuid)),
  toolCallId: optional(nullable(text)),
});

const shellSnapshot: Schema<ShellSnapshot> = struct<ShellSnapshot>("ShellSnapshot", {
  scopeId: text,
  shell: shellInfo,
});

/** Decodes the size of a terminal. */
export const terminalSize: Schema<TerminalSize> = struct<TerminalSize>("TerminalSize", {
  rows: characters,
  cols: characters,
});

const startParams: Schema<StartParams> = struct<StartParams>("WireExecParams", {
  processId: text,
  argv: list(text),
  cwd: pathUri,
  env: stringMap,
  tty: flag,
  pipeStdin: optional(flag),
  arg0: optional(nullable(text)),
  envPolicy: optional(nullable(envPolicy)),
  metadata: optional(nullable(startMetadata)),
  terminalSize: optional(nullable(terminalSize)),
  timeoutMs: optional(nullable(positive)),
  idleTimeoutMs: optional(nullable(positive)),
  awaitAcks: optional(nullable(flag)),
  shellSnapshot: optional(nullable(shellSnapshot)),
  enforceManagedNetwork: optional(flag),
  managedNetwork: optional(nullable(managedNetwork)),
  ...sandboxMember,
  networkProxy: optional(anything),
});

const startResult: Schema<StartResult> = struct<StartResult>("ExecResponse", {
  processId: text,
  sandboxType: optional(text),
});

/** The request that starts a process, by name. */
export interface ProcessStartRequests {
  /** See its row. */
  readonly "process/start": RequestSpec<StartParams, StartResult>;
}

/** The rows of these requests. */
export const processStartRequests: ProcessStartRequests = {
  "process/start": {
    params: startParams,
    result: startResult,
    paramsType: "StartParams",
    resultType: "StartResult",
    phase: "ready",
    lane: "ordinary",
    family: "exec",
    ordering: "process",
    errors: ["processExists", "spawnFailed", "notSupported"],
    since: "0.169.0",
    summary: "Starts a program in a session of its own and announces its output, exit and close.",
  },
};
