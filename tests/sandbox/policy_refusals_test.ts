/** Policies that are refused before anything runs, and with which words. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { RpcError } from "../../protocol/errors.ts";
import type { SandboxIntent } from "../../protocol/methods/sandbox.ts";
import { type PolicyPlace, resolvePolicy } from "../../sandbox/policy.ts";
import {
  disabledSandbox,
  globEntry,
  pathEntry,
  readRoot,
  restrictedSandbox,
  specialEntry,
} from "../support/sandbox_intents.ts";

const command: PolicyPlace = { system: "linux", cwd: "/home/u/proj", home: "/home/u" };
const file: PolicyPlace = { system: "linux", home: "/home/u" };
const windows = "file:///C:/x";
const roots = { cwd: "file:///home/u/proj", workspaceRoots: ["file:///home/u/proj"] };
const project = { kind: "project_roots" } as const;
const writeProject = specialEntry(project, "write");
const temporary = specialEntry({ kind: "tmpdir" }, "write");
const prepare = "failed to prepare process sandbox: invalid sandbox";

type Refusal = readonly [
  intent: SandboxIntent,
  place: PolicyPlace,
  code: number,
  words: string,
];

const needsCwd = "file system sandbox context with dynamic permissions requires cwd";

const ofReference: readonly Refusal[] = [
  [
    { ...disabledSandbox, windowsSandboxLevel: "mxc" },
    command,
    -32602,
    "native MXC is unavailable on this executor",
  ],
  [
    { ...disabledSandbox, cwd: windows },
    command,
    -32602,
    `${prepare} policy cwd: '${windows}' is invalid on 'linux'`,
  ],
  [
    restrictedSandbox([readRoot], { cwd: "file://server/x" }),
    command,
    -32602,
    `${prepare} policy cwd: 'file://server/x' is invalid on 'linux'`,
  ],
  [
    restrictedSandbox([readRoot], { workspaceRoots: [windows] }),
    command,
    -32602,
    `${prepare} workspace root: '${windows}' is invalid on 'linux'`,
  ],
  [
    restrictedSandbox([pathEntry("/C:/x", "read")]),
    command,
    -32602,
    `${prepare} permission path: '${windows}' is invalid on 'linux'`,
  ],
  [
    restrictedSandbox([pathEntry("/C:/x", "read")]),
    file,
    -32600,
    `invalid sandbox permission path URI: '${windows}' is invalid on 'linux'`,
  ],
  [
    restrictedSandbox([pathEntry("/x", "deny")], { cwd: windows }),
    file,
    -32600,
    `'${windows}' is invalid on 'linux'`,
  ],
  [
    restrictedSandbox([pathEntry("/x", "deny")], { ...roots, workspaceRoots: [windows] }),
    file,
    -32600,
    "file system sandbox workspace root is not native to this exec-server host: " +
    `'${windows}' is invalid on 'linux'`,
  ],
  [restrictedSandbox([readRoot, globEntry("*.env")]), file, -32602, needsCwd],
  [restrictedSandbox([readRoot, globEntry("*.env", "read")]), file, -32602, needsCwd],
  [restrictedSandbox([writeProject], { ...roots, cwd: null }), file, -32602, needsCwd],
  [
    restrictedSandbox([specialEntry({ kind: "current_working_directory" }, "read")]),
    file,
    -32602,
    needsCwd,
  ],
  [
    restrictedSandbox([readRoot, globEntry("/**/*.env")]),
    command,
    -32602,
    "unreadable glob `/**/*.env` cannot be safely expanded; " +
    "use a pattern with a non-root directory prefix",
  ],
];

const narrow = "; set TMPDIR to a directory of its own";
const entry = "Cannot use the sandbox entry `tmpdir`: TMPDIR";

function tmpdir(value: string): PolicyPlace {
  return { ...command, tmpdir: value };
}

function deepPath(at: number): string {
  return `/${at}${"/a".repeat(1900)}`;
}

const ofOurs: readonly Refusal[] = [
  [
    restrictedSandbox([readRoot, temporary], roots),
    tmpdir("/"),
    -32602,
    `${entry} "/" is the root, and the policy is about temporary files${narrow}`,
  ],
  [
    restrictedSandbox([readRoot, temporary], roots),
    tmpdir("/srv/.."),
    -32602,
    `${entry} "/srv/.." is the root, and the policy is about temporary files${narrow}`,
  ],
  [
    restrictedSandbox([readRoot, temporary], roots),
    tmpdir("tmp"),
    -32602,
    `${entry} "tmp" is not an absolute path${narrow}`,
  ],
  [
    restrictedSandbox([readRoot, temporary], roots),
    tmpdir("/home"),
    -32602,
    `${entry} "/home" would make all of "/home/u/proj" writable${narrow}`,
  ],
  [
    restrictedSandbox([readRoot, temporary]),
    tmpdir("/home/u"),
    -32602,
    `${entry} "/home/u" would make all of "/home/u" writable${narrow}`,
  ],
  [
    restrictedSandbox([readRoot, temporary], { userHomeDir: "file:///srv/other" }),
    tmpdir("/srv"),
    -32602,
    `${entry} "/srv" would make all of "/srv/other" writable${narrow}`,
  ],
  ...["/etc", "/usr/local/x", "/home/u/.ssh", "/var/lib", "/run/user/1/x"].map((path): Refusal => [
    restrictedSandbox([readRoot, temporary]),
    tmpdir(path),
    -32602,
    `${entry} "${path}" is not where temporary files belong; set TMPDIR to a directory below /tmp`,
  ]),
  [
    restrictedSandbox([readRoot, temporary]),
    { ...tmpdir("/etc"), ownTemporary: "/" },
    -32602,
    `${entry} "/etc" is not where temporary files belong; set TMPDIR to a directory below /tmp`,
  ],
  [
    restrictedSandbox([pathEntry(`/${"a".repeat(5000)}`, "deny")]),
    command,
    -32602,
    "Cannot use the sandbox: a path of 5001 characters (path = deny) is longer than any path can " +
    "be; leave it out",
  ],
  [
    restrictedSandbox(Array.from({ length: 8 }, (_, at) => pathEntry(deepPath(at), "deny"))),
    command,
    -32602,
    "Cannot use the sandbox: its entries make more than 12000 names in all their paths; " +
    "name fewer paths",
  ],
  [
    restrictedSandbox(Array.from({ length: 1001 }, (_, at) => pathEntry(`/${at}`, "read"))),
    command,
    -32602,
    "Cannot use the sandbox: its entries make more than 1000 rules; name fewer paths",
  ],
  [
    restrictedSandbox([readRoot, specialEntry({ kind: "minimal" }, "deny")]),
    command,
    -32602,
    "Cannot deny the sandbox entry `minimal`: no program would start; name the paths to deny",
  ],
  ...["/etc", "../x", "a/./b"].map((subpath): Refusal => [
    restrictedSandbox([readRoot, specialEntry({ ...project, subpath }, "deny")], roots),
    command,
    -32602,
    `Cannot use the sandbox entry \`project_roots\`: its subpath "${subpath}" is not a relative ` +
    "path of plain names; use an entry of type `path`",
  ]),
  [
    restrictedSandbox([readRoot, globEntry("")], roots),
    command,
    -32602,
    "Cannot deny the pattern ``: it is empty, too long or no path",
  ],
  [
    restrictedSandbox([readRoot, globEntry("a*/../b")], roots),
    command,
    -32602,
    "Cannot deny the pattern `a*/../b`: `..` follows a wildcard in it",
  ],
  [
    restrictedSandbox([writeProject, readRoot], {
      workspaceRoots: Array.from({ length: 5000 }, (_, index) => `file:///${index}`),
    }),
    command,
    -32602,
    "Cannot use the sandbox: its entries make more than 1000 rules; name fewer paths",
  ],
];

for (const [at, [intent, place, code, words]] of [...ofReference, ...ofOurs].entries()) {
  Deno.test(`a policy is refused (${at}): ${words}`, () => {
    const error = assertThrows(() => resolvePolicy(intent, place), RpcError);
    assertEquals([error.code, error.message], [code, words]);
  });
}

const narrowEnough: readonly (readonly [why: string, intent: SandboxIntent, tmpdir: string])[] = [
  [
    "everybody's",
    restrictedSandbox([readRoot, temporary], {
      workspaceRoots: ["file:///tmp/proj"],
    }),
    "/tmp/",
  ],
  ["within the workspace", restrictedSandbox([readRoot, temporary], roots), "/home/u/proj/t"],
  [
    "writable anyway",
    restrictedSandbox([readRoot, temporary, pathEntry("/home", "write")], roots),
    "/home/u",
  ],
  ["not opened", restrictedSandbox([readRoot, specialEntry({ kind: "tmpdir" }, "deny")]), "/home"],
  ["empty", restrictedSandbox([readRoot, temporary]), ""],
  ["everybody's as well", restrictedSandbox([readRoot, temporary]), "/var/tmp/x"],
  ["this user's", restrictedSandbox([readRoot, temporary]), "/var/folders/xy/z/T/"],
];

for (const [why, intent, value] of narrowEnough) {
  Deno.test(`a policy takes a TMPDIR that is ${why}`, () => {
    resolvePolicy(intent, tmpdir(value));
  });
}

Deno.test("a policy takes a TMPDIR that is this program's own", () => {
  const place = { ...tmpdir("/scratch/u/job"), ownTemporary: "/scratch/u/" };
  const { temporary: at } = resolvePolicy(restrictedSandbox([readRoot, temporary]), place);
  assertEquals(at, "/scratch/u/job");
});

Deno.test("directories of another system matter only to file calls with rules", () => {
  const elsewhere = { cwd: windows, workspaceRoots: [windows], userHomeDir: windows };
  assertEquals(resolvePolicy({ ...disabledSandbox, ...elsewhere }, file).base, "write");
  const mxc = { ...disabledSandbox, windowsSandboxLevel: "mxc" } as const;
  assertEquals(resolvePolicy(mxc, file).base, "write");
});

Deno.test("a home of another system is left out", () => {
  const intent = restrictedSandbox([readRoot], { userHomeDir: windows });
  assertEquals(resolvePolicy(intent, command).base, "read");
});
