/** Gathers what `environment/info` tells; once, when the server starts. @module */

import type {
  Capabilities,
  EnvironmentInfo,
  ShellInfo,
} from "../../protocol/methods/environment.ts";
import { type PathSystem, pathToUri, type PathUri } from "../../protocol/path_uri.ts";
import { VERSION, WIRE_VERSION } from "../../protocol/version.ts";

/** What is known before anything is gathered. */
export interface MachineFacts {
  /** Whose paths are valid here. */
  readonly system: PathSystem;
  /** The server's own environment. */
  readonly env: ReadonlyMap<string, string>;
  /** Whether processes can run in terminals. */
  readonly hasTerminals: boolean;
  /** Whether file calls can be held to a policy; default false. */
  readonly hasSandboxes?: boolean;
}

/** Describes this machine. */
export function describeMachine(facts: MachineFacts): EnvironmentInfo {
  const { system, env } = facts;
  const user = userEntry();
  const home = env.get("HOME") || user?.home;
  const temporary = env.get("TMPDIR");
  return {
    shell: shellOf(user?.shell, env),
    executorVersion: WIRE_VERSION,
    cwd: uriIfAbsolute(workingDirectory()) ?? null,
    userHomeDir: uriIfAbsolute(home),
    platformOs: system,
    temporaryDirectories: listed(uriIfAbsolute(temporary)),
    tempDir: uriIfAbsolute(temporary) ?? pathToUri("/tmp"),
    capabilities: capabilities(facts),
    implementation: { name: "exec-server", version: VERSION },
  };
}

/** Only what works is announced; a missing flag reads as false. */
function capabilities({ hasTerminals, hasSandboxes = false }: MachineFacts): Capabilities {
  return {
    fsWatchMissing: true,
    sandboxedFileStreaming: hasSandboxes,
    fileWriteStreaming: true,
    processCloseStdin: true,
    processResize: hasTerminals,
    processSignals: true,
    processTimeouts: true,
    sessionTakeOver: true,
    processAcks: true,
    processStartRepeat: true,
    processList: true,
    processAttach: true,
    fsSessionHandles: true,
    fsAtomicWrite: true,
    fsMetadata: true,
    fsUpdate: true,
    fsRename: true,
    fsSymlink: true,
    fsChmod: true,
    fsHash: true,
    fsGlob: true,
    fsGrep: true,
    fsWatch: true,
  };
}

interface UserEntry {
  readonly home: string;
  readonly shell: string;
}

/** The server's user in the user database; undefined when there is no such file or line. */
function userEntry(): UserEntry | undefined {
  const uid = String(Deno.uid() ?? "");
  for (const line of readOrEmpty("/etc/passwd").split("\n")) {
    const [, , id, , , home = "", shell = ""] = line.split(":");
    if (id === uid) return { home, shell };
  }
  return undefined;
}

function shellOf(listedShell: string | undefined, env: ReadonlyMap<string, string>): ShellInfo {
  const path = listedShell || env.get("SHELL") || "/bin/sh";
  return { name: path.slice(path.lastIndexOf("/") + 1), path };
}

function readOrEmpty(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    // A container may have no user database; the environment has to do.
    return "";
  }
}

function workingDirectory(): string | undefined {
  try {
    return Deno.cwd();
  } catch {
    // It may have been deleted under us.
    return undefined;
  }
}

function uriIfAbsolute(path: string | undefined): PathUri | undefined {
  return path?.startsWith("/") ? pathToUri(path) : undefined;
}

function listed<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}
