/** Policies become these arguments of bubblewrap, in this order. @module */

import { assertEquals } from "@std/assert";
import { type Containment, containmentArguments } from "../../../sandbox/bubblewrap/argv.ts";
import { confine } from "../../../sandbox/confine.ts";
import { resolvePolicy } from "../../../sandbox/policy.ts";
import type { SandboxEntry } from "../../../protocol/methods/sandbox_permissions.ts";
import { fakeDisk, type FakeTree, link } from "../../support/fake_disk.ts";
import {
  globEntry,
  pathEntry,
  readRoot,
  restrictedSandbox,
  specialEntry,
} from "../../support/sandbox_intents.ts";

const tree: FakeTree = {
  bin: link("usr/bin"),
  etc: { passwd: "" },
  tmp: {},
  usr: { bin: { bwrap: "", sh: "" } },
  w: { a: { b: { "x.env": "", y: "" } }, ".codex": { c: "" } },
  s: { key: "", open: {} },
};

const plain: Omit<Containment, "mounts" | "cwd"> = {
  isolatesNetwork: true,
  env: new Map([["A", "b c"]]),
  disablesUserNamespaces: true,
  hidesFirstProcess: false,
  networkFacts: ["/sys/class/net"],
};

const head =
  "--die-with-parent --new-session --unshare-user --unshare-pid --unshare-ipc --unshare-uts " +
  "--unshare-net --unshare-cgroup-try --disable-userns";
const tail = "--cap-drop ALL --clearenv --setenv A b_c --chdir /w --seccomp 4 --json-status-fd 6";
const system = "--dev /dev --proc /proc --ro-bind /proc/sys /proc/sys";
const noNetwork = "--tmpfs /sys/class/net --remount-ro /sys/class/net";

/** What stands between the constant beginning and end. */
function mountArguments(entries: readonly SandboxEntry[], on: FakeTree = tree): string {
  const intent = restrictedSandbox(entries, {
    policyContext: { cwd: "file:///w", workspaceRoots: ["file:///w"] },
  });
  const policy = resolvePolicy(intent, { system: "linux", cwd: "/w", tmpdir: "/tmp/own" });
  const contained = confine(policy, { disk: fakeDisk(on), cwd: "/w" });
  if (contained.kind !== "contained") throw new Error(contained.kind);
  const { mounts, cwd } = contained;
  const descriptors = { filter: 4, status: 6, places: [] };
  const words = containmentArguments({ ...plain, mounts, cwd }, descriptors)
    .map((word) => word.replaceAll(" ", "_")).join(" ");
  assertEquals(words.slice(0, head.length), head);
  assertEquals(words.slice(-tail.length), tail);
  return words.slice(head.length + 1, -tail.length - 1);
}

const projects = specialEntry({ kind: "project_roots" }, "write");
const names = "--ro-bind /w/.agents /w/.agents --ro-bind /w/.aws /w/.aws " +
  "--ro-bind /w/.codex /w/.codex --ro-bind /w/.git /w/.git";
const rows:
  readonly (readonly [what: string, entries: readonly SandboxEntry[], expected: string])[] = [
    ["everything is read", [readRoot], `--ro-bind / / ${system} ${noNetwork}`],
    [
      "the workspace is written",
      [readRoot, projects],
      `--ro-bind / / ${system} ${noNetwork} --bind /w /w ${names}`,
    ],
    [
      "a denied directory, a denied file",
      [readRoot, pathEntry("/s", "deny"), pathEntry("/etc/passwd", "deny")],
      `--ro-bind / / ${system} ${noNetwork} --perms 0000 --tmpfs /s --remount-ro /s ` +
      "--ro-bind /dev/null /etc/passwd",
    ],
    [
      "what is open in a denied directory",
      [readRoot, pathEntry("/s", "deny"), pathEntry("/s/open", "write")],
      `--ro-bind / / ${system} ${noNetwork} --perms 0111 --tmpfs /s --bind /s/open /s/open ` +
      [".agents", ".aws", ".codex", ".git"]
        .map((name) => `--ro-bind /s/open/${name} /s/open/${name}`).join(" ") +
      " --remount-ro /s",
    ],
    [
      "pins above what is kept deep in a writable directory",
      [readRoot, projects, globEntry("/w/**/*.env")],
      `--ro-bind / / ${system} ${noNetwork} --bind /w/a /w/a --bind /w/a/b /w/a/b --bind /w /w ` +
      `${names} --ro-bind /dev/null /w/a/b/x.env`,
    ],
    [
      "nothing but what is named, and the links to it",
      [specialEntry({ kind: "minimal" }, "read"), pathEntry("/w", "read")],
      `--tmpfs / ${system} --symlink usr/bin /bin --ro-bind /etc /etc --ro-bind /usr /usr ` +
      "--ro-bind /w /w --remount-ro /",
    ],
    [
      "everything is written but for something",
      [specialEntry({ kind: "root" }, "write"), pathEntry("/s/key", "read")],
      "--bind / / --dev /dev --ro-bind /sys /sys --proc /proc --ro-bind /proc/sys /proc/sys " +
      `${noNetwork} --bind /s /s --ro-bind /.agents /.agents --ro-bind /.aws /.aws ` +
      "--ro-bind /.codex /.codex --ro-bind /.git /.git --ro-bind /s/key /s/key",
    ],
    [
      "the machine's own processes and devices are never shown",
      [
        specialEntry({ kind: "minimal" }, "read"),
        pathEntry("/w", "read"),
        pathEntry("/proc", "write"),
        pathEntry("/dev", "write"),
      ],
      `--tmpfs / ${system} --symlink usr/bin /bin --ro-bind /etc /etc --ro-bind /usr /usr ` +
      "--ro-bind /w /w --remount-ro /",
    ],
  ];

for (const [what, entries, expected] of rows) {
  Deno.test(`arguments of bubblewrap: ${what}`, () => {
    const on = { ...tree, proc: { kcore: "" }, dev: { shm: {} } };
    assertEquals(mountArguments(entries, on), expected);
    assertEquals(mountArguments(entries.toReversed(), on), expected);
  });
}

Deno.test("a denied kernel file does not bring the machine's own /proc back", () => {
  const entries = [specialEntry({ kind: "root" }, "write"), pathEntry("/proc/kcore", "deny")];
  const words = mountArguments(entries, { ...tree, proc: { kcore: "" } });
  assertEquals(words.includes("--bind /proc"), false);
  assertEquals(words.endsWith("--ro-bind /dev/null /proc/kcore"), true);
});

Deno.test("the machine's network cards are not shown by naming the directory they are in", () => {
  const entries = [
    specialEntry({ kind: "minimal" }, "read"),
    pathEntry("/w", "read"),
    pathEntry("/sys", "read"),
  ];
  const words = mountArguments(entries, { ...tree, sys: { class: { net: {} } } });
  assertEquals(words.endsWith(noNetwork), true, words);
});

Deno.test("descriptors stand for what is mounted, where bubblewrap takes them", () => {
  const operations = [
    { kind: "pin", path: "/w/a" },
    { kind: "writable", path: "/w" },
    { kind: "readOnly", path: "/w/b" },
    { kind: "masked", path: "/w/c" },
  ] as const;
  const mounts = { base: "read", operations, placeholders: [] } as const;
  const words = containmentArguments(
    { ...plain, mounts, cwd: "/" },
    { filter: 4, status: 6, places: [7, 8, 9, undefined] },
  ).join(" ");
  const expected = "--bind-fd 7 /w/a --bind-fd 8 /w --ro-bind-fd 9 /w/b --ro-bind /dev/null /w/c";
  assertEquals(words.includes(expected), true, words);
});

Deno.test("options follow what bubblewrap, the kernel and the network are able to", () => {
  const mounts = { base: "read", operations: [], placeholders: [] } as const;
  const descriptors = { filter: 4, status: 6, places: [] };
  const words = containmentArguments({
    ...plain,
    mounts,
    cwd: "/",
    isolatesNetwork: false,
    disablesUserNamespaces: false,
    hidesFirstProcess: true,
  }, descriptors);
  assertEquals(words.filter((word) => /net|userns|first/.test(word)), []);
  assertEquals(words.filter((word) => word === "/proc/1/mem").length, 1);
});
