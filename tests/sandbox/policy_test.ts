/** What each kind of entry comes to on this machine. @module */

import { assertEquals } from "@std/assert";
import type { SandboxEntry } from "../../protocol/methods/sandbox_permissions.ts";
import { type Policy, type PolicyPlace, resolvePolicy } from "../../sandbox/policy.ts";
import {
  disabledSandbox,
  globEntry,
  pathEntry,
  readRoot,
  restrictedSandbox,
  specialEntry,
} from "../support/sandbox_intents.ts";

const place: PolicyPlace = { system: "linux", cwd: "/home/u/cwd", home: "/home/u" };
const workspace = { cwd: "file:///home/u/proj", workspaceRoots: ["file:///home/u/proj"] };

function resolved(entries: readonly SandboxEntry[], more: Partial<PolicyPlace> = {}): Policy {
  return resolvePolicy(restrictedSandbox(entries, workspace), { ...place, ...more });
}

/** Base and rules without their origins: `write /a`. */
function inShort({ base, rules, denyGlobs }: Policy): string[] {
  return [
    base,
    ...rules.map(({ path, access }) => `${access} ${path}`),
    ...denyGlobs.map(({ pattern }) => `deny ${pattern}`),
  ];
}

const project = { kind: "project_roots" } as const;
const minimal = [
  "read /bin",
  "read /etc",
  "read /lib",
  "read /lib64",
  "read /sbin",
  "read /usr",
  "read /nix/store",
  "read /run/current-system/sw",
];

const bindings:
  readonly (readonly [name: string, entries: readonly SandboxEntry[], got: readonly string[]])[] = [
    ["no entries", [], ["deny"]],
    ["root = read", [readRoot], ["read"]],
    ["root = write", [specialEntry({ kind: "root" }, "write")], ["write"]],
    ["root = deny", [readRoot, specialEntry({ kind: "root" }, "deny")], ["deny"]],
    ["path / = write", [readRoot, pathEntry("/", "write")], ["write"]],
    ["minimal = read", [specialEntry({ kind: "minimal" }, "read")], ["deny", ...minimal]],
    ["minimal = write", [specialEntry({ kind: "minimal" }, "write")], ["deny", ...minimal]],
    ["slash_tmp = write", [specialEntry({ kind: "slash_tmp" }, "write")], ["deny", "write /tmp"]],
    ["tmpdir = write", [specialEntry({ kind: "tmpdir" }, "write")], ["deny", "write /var/tmp/t"]],
    ["tmpdir = deny", [readRoot, specialEntry({ kind: "tmpdir" }, "deny")], [
      "read",
      "deny /var/tmp/t",
    ]],
    ["project_roots", [specialEntry(project, "write")], ["deny", "write /home/u/proj"]],
    [
      "current_working_directory",
      [specialEntry({ kind: "current_working_directory" }, "write")],
      ["deny", "write /home/u/proj"],
    ],
    [
      "a subpath",
      [specialEntry({ ...project, subpath: "a//b/" }, "read")],
      ["deny", "read /home/u/proj/a/b"],
    ],
    ["an empty subpath", [specialEntry({ ...project, subpath: "" }, "deny")], [
      "deny",
      "deny /home/u/proj",
    ]],
    ["a path", [pathEntry("/a%20b/./c/../d/", "write")], ["deny", "write /a b/d"]],
    [
      "paths in order",
      [pathEntry("/a/b/c", "read"), pathEntry("/a", "write"), pathEntry("/a/b", "deny")],
      ["deny", "write /a", "deny /a/b", "read /a/b/c"],
    ],
    [
      "one path several times",
      [pathEntry("/a", "read"), pathEntry("/a/", "deny"), pathEntry("/a", "write")],
      ["deny", "deny /a"],
    ],
    ["write beats read", [pathEntry("/a", "write"), pathEntry("/a", "read")], ["deny", "write /a"]],
    ["a relative pattern", [readRoot, globEntry("**/*.env")], [
      "read",
      "deny /home/u/proj/**/*.env",
    ]],
    ["an absolute pattern", [readRoot, globEntry("/srv/*/k")], ["read", "deny /srv/*/k"]],
    ["a pattern without wildcards", [readRoot, globEntry("../x/key")], [
      "read",
      "deny /home/u/x/key",
    ]],
    ["patterns that allow", [globEntry("/srv/*", "read"), globEntry("x/*", "write")], ["deny"]],
    ["an unknown kind", [specialEntry({ kind: "unknown", path: ":f" }, "write")], ["deny"]],
  ];

for (const [name, entries, got] of bindings) {
  Deno.test(`a policy binds ${name}`, () => {
    assertEquals(inShort(resolved(entries, { tmpdir: "/var/tmp/t/" })), got);
  });
}

Deno.test("a policy says which entry each rule is from", () => {
  const policy = resolved([readRoot, specialEntry({ ...project, subpath: ".git" }, "write")]);
  assertEquals(policy.baseOrigin, "root = read");
  assertEquals(policy.rules, [
    { path: "/home/u/proj/.git", access: "write", origin: "project_roots/.git = write" },
  ]);
});

Deno.test("a policy says which entries have no effect", () => {
  const entries = [
    globEntry("*.txt", "write"),
    specialEntry({ kind: "unknown", path: ":f" }, "read"),
    specialEntry(project, "write"),
    specialEntry({ kind: "tmpdir" }, "write"),
    specialEntry({ kind: "minimal" }, "write"),
  ];
  const intent = restrictedSandbox(entries);
  assertEquals(resolvePolicy(intent, place).notes, [
    ":f = read has no effect: this version does not know what it stands for",
    "glob_pattern `*.txt` = write has no effect: patterns can only deny",
    "minimal = write only lets read: the system's own files stay as they are",
    "project_roots = write has no effect: the policy names no workspace roots",
    "tmpdir = write has no effect: TMPDIR is not set",
  ]);
});

Deno.test("a policy's newer context is the only place its directories are taken from", () => {
  const entries = [specialEntry(project, "write"), globEntry("*.env")];
  const at = (policyContext: typeof workspace | Record<string, never> | null) =>
    inShort(resolvePolicy(restrictedSandbox(entries, { ...workspace, policyContext }), place));
  const other = { cwd: "file:///other", workspaceRoots: ["file:///r", "file:///s"] };
  assertEquals(at(other), ["deny", "write /r", "write /s", "deny /other/*.env"]);
  assertEquals(at({}), ["deny", "deny /home/u/cwd/*.env"]);
  assertEquals(at(null), ["deny", "write /home/u/proj", "deny /home/u/proj/*.env"]);
});

Deno.test("a command's relative patterns begin where it starts, when the policy does not say", () => {
  const policy = resolvePolicy(restrictedSandbox([readRoot, globEntry("*.env")]), place);
  assertEquals(inShort(policy), ["read", "deny /home/u/cwd/*.env"]);
});

Deno.test("a policy keeps how deep patterns are looked for", () => {
  const intent = restrictedSandbox([readRoot], { glob_scan_max_depth: 3 });
  assertEquals(resolvePolicy(intent, place).globDepth, 3);
  assertEquals(resolved([readRoot]).globDepth, undefined);
});

const opens = [
  [{ type: "disabled" }, "disabled", "enabled"],
  [{ type: "external", network: "restricted" }, "external", "restricted"],
  [{ type: "external", network: "enabled" }, "external", "enabled"],
  [
    { type: "managed", file_system: { type: "unrestricted" }, network: "restricted" },
    "managed",
    "restricted",
  ],
] as const;

for (const [permissions, kind, network] of opens) {
  Deno.test(`${JSON.stringify(permissions)} let every file be written`, () => {
    const policy = resolvePolicy({ ...disabledSandbox, permissions }, place);
    assertEquals([policy.kind, policy.network, ...inShort(policy)], [kind, network, "write"]);
  });
}

Deno.test("`minimal` is another system's own files there", () => {
  const intent = restrictedSandbox([specialEntry({ kind: "minimal" }, "read")]);
  const { rules } = resolvePolicy(intent, { ...place, system: "macos" });
  assertEquals(rules.some(({ path }) => path === "/System"), true);
});
