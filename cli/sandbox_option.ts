/** What a command is to be held to: the flags that `exec`, `shell` and `doctor` share. @module */

import { RpcError } from "../protocol/errors.ts";
import { type SandboxIntent, sandboxIntent } from "../protocol/methods/sandbox.ts";
import type { SandboxEntry } from "../protocol/methods/sandbox_permissions.ts";
import type { PathUri } from "../protocol/path_uri.ts";
import { decode } from "../protocol/schema.ts";
import {
  profileIntent,
  type ProfileName,
  profileNamed,
  profileNames,
} from "../sandbox/profiles.ts";
import type { Flags, FlagSpec } from "./flags.ts";
import { UsageError } from "./usage_error.ts";

/** A sandbox as the command line names it. */
export interface SandboxChoice {
  /** A policy with a name, or one from a file. */
  readonly policy: ProfileName | SandboxIntent;
  /** Whether the network may be reached, whatever the policy says. */
  readonly network: boolean;
  /** Directories that may be written besides, as they were given. */
  readonly writable: readonly string[];
}

/** Where the words of a choice count from. */
export interface ChoiceScene {
  /** Where the command starts; the workspace. */
  readonly cwd: PathUri;
  /** The URI of a path as it was given. */
  readonly uriOf: (path: string) => PathUri;
}

/** The flags that say so. */
export const sandboxFlags: readonly FlagSpec[] = [
  { name: "--sandbox", value: "PROFILE" },
  { name: "--sandbox-network" },
  { name: "--writable", value: "DIRECTORY", repeats: true },
];

/**
 * Reads these flags, and the file that they may name; undefined without a sandbox.
 * @throws {UsageError}
 */
export function readSandboxChoice(flags: Flags): SandboxChoice | undefined {
  const name = flags.one("--sandbox");
  const network = flags.has("--sandbox-network");
  const writable = flags.all("--writable");
  if (name === undefined) {
    const alone = network ? "--sandbox-network" : writable.length > 0 ? "--writable" : undefined;
    if (alone === undefined) return undefined;
    throw new UsageError(`${alone} opens a sandbox: wanted together with --sandbox`);
  }
  const policy = profileNamed(name) ?? intentIn(name);
  const isConfined = policy !== "danger-full-access" && !isOpen(policy);
  if (!isConfined && (network || writable.length > 0)) {
    throw new UsageError(`"${name}" confines nothing that more could be allowed of`);
  }
  return { policy, network, writable };
}

/** The choice as the wire says it. */
export function intentOf(
  { policy, network, writable }: SandboxChoice,
  { cwd, uriOf }: ChoiceScene,
): SandboxIntent {
  const intent = typeof policy === "string"
    ? profileIntent(policy, { cwd, network })
    : withDirectories(policy, cwd);
  return opened(intent, { network, writable: writable.map(uriOf) });
}

/** Whether files are not confined by a policy. */
function isOpen(policy: ProfileName | SandboxIntent): boolean {
  return typeof policy !== "string" && policy.permissions.type !== "managed";
}

function intentIn(file: string): SandboxIntent {
  const isFile = file.includes("/") || file.endsWith(".json");
  if (!isFile) {
    const known = profileNames.join(", ");
    throw new UsageError(`Unknown sandbox "${file}": wanted ${known}, or a file such as x.json`);
  }
  const json = parse(read(file), file);
  try {
    // What is wanted of every client only means something on Windows.
    return decode(sandboxIntent, { windowsSandboxLevel: "disabled", ...json });
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    throw new UsageError(`"${file}" describes no sandbox: ${error.message}`);
  }
}

function read(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new UsageError(`Cannot read the sandbox "${file}": ${reason}`);
  }
}

function parse(text: string, file: string): object {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`"${file}" describes no sandbox: ${reason}`);
  }
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
  throw new UsageError(`"${file}" describes no sandbox: wanted an object with \`permissions\``);
}

/** A file that names no directories means those of the command. */
function withDirectories(intent: SandboxIntent, cwd: PathUri): SandboxIntent {
  const named = intent.policyContext ?? intent.cwd ?? intent.workspaceRoots;
  const isNamed = named !== undefined && named !== null;
  return isNamed ? intent : { ...intent, policyContext: { cwd, workspaceRoots: [cwd] } };
}

function opened(
  intent: SandboxIntent,
  { network, writable }: { network: boolean; writable: readonly PathUri[] },
): SandboxIntent {
  const { permissions } = intent;
  if (permissions.type !== "managed") return intent;
  const { file_system } = permissions;
  const added = writable.map((path): SandboxEntry => ({
    path: { type: "path", path },
    access: "write",
  }));
  return {
    ...intent,
    permissions: {
      ...permissions,
      network: network ? "enabled" : permissions.network,
      file_system: file_system.type === "restricted"
        ? { ...file_system, entries: [...file_system.entries, ...added] }
        : file_system,
    },
  };
}
