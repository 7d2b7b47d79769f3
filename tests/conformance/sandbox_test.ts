/** `sandbox` on the wire: what it is refused with, and what results tell of it. @module */

import { assertEquals } from "@std/assert";
import { startParams } from "../support/process_calls.ts";
import { outcome } from "../support/process_events.ts";
import {
  disabledSandbox,
  globEntry,
  pathEntry,
  readRoot,
  restrictedSandbox,
  specialEntry,
} from "../support/sandbox_intents.ts";
import { noSandboxReason } from "../support/sandboxed.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const server = sharedServer();
// The reference makes no sandbox for a server whose home is a temporary directory, as in tests.
const real = { only: "ours", needs: noSandboxReason } as const;
const everything = { type: "disabled" } as const;
const level = { windowsSandboxLevel: "disabled" } as const;

const refusals: readonly (readonly [what: string, sandbox: unknown, message: string])[] = [
  ["an empty one", {}, "missing field `permissions`"],
  ["the legacy form", { type: "read-only" }, "missing field `permissions`"],
  ["no level", { permissions: everything }, "missing field `windowsSandboxLevel`"],
  ["no type", { permissions: {}, ...level }, "missing field `type`"],
  ["no network", { permissions: { type: "external" }, ...level }, "missing field `network`"],
  [
    "MXC",
    { ...disabledSandbox, windowsSandboxLevel: "mxc" },
    "native MXC is unavailable on this executor",
  ],
  [
    "a depth of zero",
    restrictedSandbox([readRoot], { glob_scan_max_depth: 0 }),
    "invalid value: integer `0`, expected a nonzero usize",
  ],
  [
    "a directory of another system",
    restrictedSandbox([readRoot], { policyContext: { cwd: "file:///C:/x" } }),
    "failed to prepare process sandbox: invalid sandbox policy cwd: 'file:///C:/x' is invalid on 'linux'",
  ],
  [
    "a path of another system",
    restrictedSandbox([
      readRoot,
      { path: { type: "path", path: "file://server/share" }, access: "read" },
    ]),
    "failed to prepare process sandbox: invalid sandbox permission path: " +
    "'file://server/share' is invalid on 'linux'",
  ],
];

for (const [what, sandbox, message] of refusals) {
  check(`process/start refuses a sandbox with ${what}`, async () => {
    await using peer = await server().session();
    const params = { ...startParams(peer, ["true"]), sandbox };
    const error = await peer.refused("process/start", params);
    // Ours goes on with where it is.
    assertEquals([error.code, error.message.slice(0, message.length)], [-32602, message]);
  });
}

check(
  "a sandbox is told by its kind, also one that confines nothing, and none by none",
  async () => {
    await using peer = await server().session();
    for (
      const [processId, sandbox, type] of [
        ["absent", undefined, "none"],
        ["null", null, "none"],
        ["disabled", disabledSandbox, "linuxSeccomp"],
        ["read", restrictedSandbox([readRoot]), "linuxSeccomp"],
      ] as const
    ) {
      const params = { ...startParams(peer, ["/bin/true"], { processId }), sandbox };
      const result = await peer.call("process/start", params);
      assertEquals(result, { processId, sandboxType: type });
      assertEquals((await outcome(peer, processId)).exitCode, 0);
    }
  },
);

check("sandboxDenied follows the words of a failure, with any sandbox", async () => {
  await using peer = await server().session();
  const failing = "echo Permission denied >&2; exit";
  for (
    const [processId, sandbox, code, denied] of [
      ["none", undefined, 3, false],
      ["success", disabledSandbox, 0, false],
      ["disabled", disabledSandbox, 3, true],
      ["read", restrictedSandbox([readRoot]), 2, true],
    ] as const
  ) {
    const argv = ["/bin/sh", "-c", `${failing} ${code}`];
    await peer.call("process/start", { ...startParams(peer, argv, { processId }), sandbox });
    const { params } = await peer.notification("process/exited");
    assertEquals(params, { processId, seq: params?.seq, exitCode: code, sandboxDenied: denied });
  }
}, real);

check("entries of each kind let be written what they stand for", async () => {
  await using peer = await server().session();
  const root = peer.root;
  await Deno.mkdir(`${root}/ws/t`, { recursive: true });
  const roots = { cwd: `file://${root}/ws`, workspaceRoots: [`file://${root}/ws`] };
  const rows = [
    ["root", [specialEntry({ kind: "root" }, "write")], `${root}/ws/f`, true],
    ["read", [readRoot], `${root}/ws/f`, false],
    ["path", [readRoot, pathEntry(`${root}/ws`, "write")], `${root}/ws/f`, true],
    [
      "projects",
      [readRoot, specialEntry({ kind: "project_roots" }, "write")],
      `${root}/ws/f`,
      true,
    ],
    [
      "sub",
      [readRoot, specialEntry({ kind: "project_roots", subpath: "t" }, "write")],
      `${root}/ws/f`,
      false,
    ],
    [
      "cwd",
      [readRoot, specialEntry({ kind: "current_working_directory" }, "write")],
      `${root}/ws/f`,
      true,
    ],
    ["tmpdir", [readRoot, specialEntry({ kind: "tmpdir" }, "write")], `${root}/ws/t/f`, true],
    ["tmp", [readRoot, specialEntry({ kind: "slash_tmp" }, "write")], `${root}/ws/f`, true],
    [
      "both",
      [readRoot, pathEntry(`${root}/ws`, "write"), pathEntry(`${root}/ws`, "read")],
      `${root}/ws/f`,
      true,
    ],
    [
      "glob",
      [readRoot, pathEntry(`${root}/ws`, "write"), globEntry(`${root}/ws/t/*`)],
      `${root}/ws/t/f`,
      true,
    ],
  ] as const;
  for (const [processId, entries, file, isWritten] of rows) {
    const argv = ["/bin/sh", "-c", `: > ${file}`];
    const sandbox = restrictedSandbox([...entries], { policyContext: roots });
    const env = { PATH: "/usr/bin:/bin", TMPDIR: `${root}/ws/t` };
    await peer.call("process/start", { ...startParams(peer, argv, { processId, env }), sandbox });
    const { exitCode } = await outcome(peer, processId);
    assertEquals([processId, exitCode === 0], [processId, isWritten]);
    await Deno.remove(file).catch(() => {});
  }
}, real);
