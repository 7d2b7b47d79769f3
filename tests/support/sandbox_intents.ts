/** Sandbox intents for tests. @module */

import type { SandboxIntent } from "../../protocol/methods/sandbox.ts";
import type {
  RestrictedFileSystem,
  SandboxEntry,
  SpecialPlace,
} from "../../protocol/methods/sandbox_permissions.ts";

/** The least that is a sandbox: one that confines nothing. */
export const disabledSandbox: SandboxIntent = {
  permissions: { type: "disabled" },
  windowsSandboxLevel: "disabled",
};

/** An entry for a path. */
export function pathEntry(path: string, access: SandboxEntry["access"]): SandboxEntry {
  return { path: { type: "path", path: `file://${path}` }, access };
}

/** An entry for a pattern. */
export function globEntry(pattern: string, access: SandboxEntry["access"] = "deny"): SandboxEntry {
  return { path: { type: "glob_pattern", pattern }, access };
}

/** An entry for a place by what it is for. */
export function specialEntry(value: SpecialPlace, access: SandboxEntry["access"]): SandboxEntry {
  return { path: { type: "special", value }, access };
}

/** Lets everything be read. */
export const readRoot: SandboxEntry = specialEntry({ kind: "root" }, "read");

/** Intent with entries; the network is closed. */
export function restrictedSandbox(
  entries: readonly SandboxEntry[],
  members: Partial<SandboxIntent> & Pick<RestrictedFileSystem, "glob_scan_max_depth"> = {},
): SandboxIntent {
  const { glob_scan_max_depth, ...others } = members;
  const file_system: RestrictedFileSystem = { type: "restricted", entries, glob_scan_max_depth };
  return {
    permissions: { type: "managed", file_system, network: "restricted" },
    windowsSandboxLevel: "disabled",
    ...others,
  };
}
