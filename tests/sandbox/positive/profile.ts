/** The working profile as a client sends it: read everything, write the workspace, `.git` and temporary files. @module */

import type { WireSandbox } from "../escapes/policies.ts";

/** The profile `workspace-write` for one workspace.
 * @param network whether the host's network may be used */
export function workingProfile(workspace: string, network = false): WireSandbox {
  const root = `file://${workspace}`;
  return {
    permissions: {
      type: "managed",
      network: network ? "enabled" : "restricted",
      file_system: {
        type: "restricted",
        entries: [
          special("root", "read"),
          special("project_roots", "write"),
          special("slash_tmp", "write"),
          special("tmpdir", "write"),
          special("project_roots", "write", ".git"),
        ],
      },
    },
    policyContext: { cwd: root, workspaceRoots: [root] },
    windowsSandboxLevel: "disabled",
  };
}

function special(kind: string, access: string, subpath?: string) {
  const value = subpath === undefined ? { kind } : { kind, subpath };
  return { path: { type: "special", value }, access };
}
