/**
 * Profiles of macOS as they are written down beside this file.
 *
 * With `-- --update` they are written anew.
 * @module
 */

import { assertEquals } from "@std/assert";
import type { SandboxIntent } from "../../../protocol/methods/sandbox.ts";
import type { SandboxEntry } from "../../../protocol/methods/sandbox_permissions.ts";
import {
  networkProfile,
  type SeatbeltProfile,
  seatbeltProfile,
} from "../../../sandbox/seatbelt/profile.ts";
import {
  globEntry,
  pathEntry,
  readRoot,
  restrictedSandbox,
  specialEntry,
} from "../../support/sandbox_intents.ts";
import { memoryDisk, type MemoryFiles } from "./memory_disk.ts";
import { planFor, type PlanOptions } from "./plan.ts";

const system = { "/tmp": "private/tmp", "/var": "private/var", "/etc": "private/etc" };
const minimal = specialEntry({ kind: "minimal" }, "read");
const project = specialEntry({ kind: "project_roots" }, "write");
const workspace = [
  readRoot,
  project,
  specialEntry({ kind: "slash_tmp" }, "write"),
  specialEntry({ kind: "tmpdir" }, "write"),
];
const roots = { cwd: "file:///Users/u/proj", workspaceRoots: ["file:///Users/u/proj"] };
const worktree: MemoryFiles = {
  texts: {
    "/Users/u/proj/.git": "gitdir: /Users/u/main/.git/worktrees/proj\n",
    "/Users/u/main/.git/worktrees/proj/commondir": "../..\n",
    "/Users/u/main/.git/worktrees/proj/gitdir": "/Users/u/proj/.git\n",
    "/Users/u/main/.git/config": "[core]\n",
  },
  entries: { "/Users/u/main/.git/worktrees": ["proj"] },
};

interface Options extends Omit<PlanOptions, "disk"> {
  readonly network?: NonNullable<PlanOptions["network"]>;
  readonly files?: MemoryFiles;
}

function profileOf(
  entries: readonly SandboxEntry[],
  { files = {}, ...options }: Options = {},
): SeatbeltProfile {
  const disk = memoryDisk({ ...files, links: { ...system, ...files.links } });
  const intent: SandboxIntent = restrictedSandbox(entries, roots);
  const tmpdir = "/var/folders/xy/z/T/";
  return seatbeltProfile(planFor(intent, { disk, tmpdir, ...options }));
}

const cases: Readonly<Record<string, SeatbeltProfile>> = {
  "read_only": profileOf([readRoot]),
  "workspace_write": profileOf(workspace),
  "network": profileOf(workspace, {
    network: { kind: "open", cacheDirectory: "/private/var/folders/xy/z/C" },
  }),
  "minimal": profileOf([minimal, project]),
  "minimal_network": profileOf([minimal, project], { network: { kind: "open" } }),
  "deny_inside": profileOf([
    ...workspace,
    pathEntry("/Users/u/proj/secret", "deny"),
    pathEntry("/Users/u/proj/secret/open", "write"),
    pathEntry("/Users/u/proj/a/missing/key", "deny"),
  ]),
  "globs": profileOf([...workspace, globEntry("**/*.env"), globEntry("/etc/k[!a-y]?/**")], {
    files: { entries: { "/Users/u/proj": ["a"], "/Users/u/proj/a": ["file.env"] } },
  }),
  "managed_ports": profileOf(workspace, {
    network: { kind: "managed", ports: [8080, 1080], allowsListening: false, sockets: [] },
  }),
  "managed_local": profileOf([readRoot], {
    network: {
      kind: "managed",
      ports: [8080],
      allowsListening: true,
      sockets: ["/private/tmp/agent"],
    },
  }),
  "worktree": profileOf(
    [...workspace, specialEntry({ kind: "project_roots", subpath: ".git" }, "write")],
    { files: worktree },
  ),
  "full_write": profileOf([
    specialEntry({ kind: "root" }, "write"),
    pathEntry("/Users/u/.ssh", "deny"),
    pathEntry("/Library", "read"),
  ]),
  "external": networkProfile({ kind: "closed" }, [4444]),
};

for (const [name, profile] of Object.entries(cases)) {
  Deno.test(`the profile ${name} is what it was`, async () => {
    const file = new URL(`./${name}.txt`, import.meta.url);
    const text = shown(profile);
    if (Deno.args.includes("--update")) await Deno.writeTextFile(file, text);
    assertEquals(text, await Deno.readTextFile(file));
  });
}

function shown({ text, parameters }: SeatbeltProfile): string {
  return `${text}\n${Array.from(parameters, ([name, value]) => `${name}=${value}\n`).join("")}`;
}

Deno.test("no path is part of a profile's text", () => {
  const odd = '/Users/u/a") (allow default) ("';
  const { text } = profileOf([readRoot, pathEntry(encodeURI(odd), "write")]);
  const plain = profileOf([readRoot, pathEntry("/Users/u/b", "write")]).text;
  assertEquals(text, plain);
});
