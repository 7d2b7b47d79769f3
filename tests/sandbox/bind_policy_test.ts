/** Policies on a disk: what is kept, what is refused, and why. @module */

import { assertEquals, assertThrows } from "@std/assert";
import type { SandboxEntry } from "../../protocol/methods/sandbox_permissions.ts";
import { bindPolicy } from "../../sandbox/bind_policy.ts";
import { resolvePolicy } from "../../sandbox/policy.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { accessOf, inOrder } from "../../sandbox/rules.ts";
import { type FakeBarriers, fakeDisk, type FakeTree, link } from "../support/fake_disk.ts";
import {
  globEntry,
  pathEntry,
  readRoot,
  restrictedSandbox,
  specialEntry,
} from "../support/sandbox_intents.ts";

interface On extends FakeBarriers {
  readonly tree: FakeTree;
  readonly tmpdir?: string;
}

function bound(entries: readonly SandboxEntry[], { tree, tmpdir, ...barriers }: On) {
  const roots = { cwd: "file:///w", workspaceRoots: ["file:///w"] };
  const intent = restrictedSandbox(entries, { policyContext: roots });
  const policy = resolvePolicy(intent, { system: "linux", cwd: "/w", tmpdir });
  return bindPolicy(policy, fakeDisk(tree, barriers));
}

function access(entries: readonly SandboxEntry[], path: string, on: On): string {
  const { base, rules } = bound(entries, on);
  return accessOf({ base, rules: inOrder(rules) }, path).access;
}

function refusal(entries: readonly SandboxEntry[], on: On): SandboxRefusal {
  return assertThrows(() => bound(entries, on), SandboxRefusal);
}

const write = pathEntry("/w", "write");

Deno.test("a rule is about where its path leads, as long as nobody can lead it elsewhere", () => {
  const on = { tree: { l: link("w"), w: { d: {} } } };
  assertEquals(access([readRoot, pathEntry("/l/d", "write")], "/w/d/x", on), "write");
});

Deno.test("a rule or pattern through a link that the command may change is refused", () => {
  const on = { tree: { w: { l: link("/s") }, s: { k: {}, "x.env": "" } } };
  for (
    const entry of [
      pathEntry("/w/l/k", "deny"),
      pathEntry("/w/l", "read"),
      pathEntry("/w/l/late", "write"),
      globEntry("/w/l/*.env"),
    ]
  ) {
    const { obstacle, message } = refusal([readRoot, write, entry], on);
    assertEquals([obstacle, message.includes('the symbolic link "/w/l"')], ["writableLink", true]);
  }
});

Deno.test("what a pattern matches is denied, also where a link leads that matches", () => {
  const on = {
    tree: { w: { a: { "x.env": "", y: "" }, "l.env": link("/s/key") }, s: { key: "" } },
  };
  const entries = [readRoot, write, globEntry("/w/**/*.env")];
  for (
    const [path, expected] of [["/w/a/x.env", "deny"], ["/s/key", "deny"], ["/w/a/y", "write"]]
  ) {
    assertEquals([path, access(entries, path ?? "", on)], [path, expected]);
  }
});

Deno.test("a directory that a pattern cannot look into is denied, if the command could", () => {
  const tree = { w: { a: { "x.env": "" } } };
  const entries = [readRoot, write, globEntry("/w/**/*.env")];
  assertEquals(access(entries, "/w/a", { tree, closed: ["/w/a"] }), "deny");
  assertEquals(access(entries, "/w/a", { tree, unreachable: ["/w/a"] }), "write");
});

Deno.test("a path in a directory that its own user has closed is refused", () => {
  const on = { tree: { w: { a: { b: "" } } }, closed: ["/w/a"] };
  assertEquals(
    refusal([readRoot, write, pathEntry("/w/a/b", "deny")], on).obstacle,
    "unreadablePath",
  );
});

Deno.test("links without end are refused", () => {
  const on = { tree: { w: {}, a: link("b"), b: link("a") } };
  assertEquals(refusal([readRoot, pathEntry("/a/x", "deny")], on).obstacle, "unreadablePath");
});

Deno.test("TMPDIR opens nothing that something else keeps", () => {
  const entries = [readRoot, write, specialEntry({ kind: "tmpdir" }, "write")];
  const tree = { w: { ".git": { hooks: {} }, own: {} }, tmp: { t: link("/w/.git/hooks") } };
  assertEquals(refusal(entries, { tree, tmpdir: "/w/.git/hooks" }).obstacle, "grantingTemporary");
  assertEquals(refusal(entries, { tree, tmpdir: "/tmp/t" }).obstacle, "grantingTemporary");
  assertEquals(access(entries, "/w/own/x", { tree, tmpdir: "/w/own" }), "write");
});

const repository = { HEAD: "", config: "", hooks: {}, objects: {}, refs: {} };

Deno.test("what Git would run stays as it is, wherever it is found", () => {
  const tree = {
    w: {
      ".git": {
        ...repository,
        modules: { a: { b: repository } },
        worktrees: { t: { commondir: "../..\n" } },
      },
      sub: { ".git": repository },
      part: { ".git": "gitdir: ../.git/modules/x\n" },
      bare: repository,
    },
  };
  const entries = [readRoot, write, pathEntry("/w/.git", "write")];
  const kept = [
    "/w/.git/hooks/x",
    "/w/.git/config",
    "/w/.git/commondir",
    "/w/.git/config.worktree",
    "/w/.git/modules/a/b/config",
    "/w/.git/worktrees/t/commondir",
    "/w/.git/worktrees/t/config.worktree",
    "/w/sub/.git/hooks",
    "/w/part/.git",
    "/w/bare/config",
  ];
  for (const path of kept) assertEquals([path, access(entries, path, { tree })], [path, "read"]);
  for (const path of ["/w/.git/index", "/w/sub/.git/x", "/w/sub/x", "/w/bare/refs/x"]) {
    assertEquals([path, access(entries, path, { tree })], [path, "write"]);
  }
});

Deno.test("a repository with links in place of settings is not written", () => {
  const on = (git: FakeTree) => ({ tree: { w: { ".git": { ...repository, ...git }, h: {} } } });
  const entries = [readRoot, write, pathEntry("/w/.git", "write")];
  for (
    const git of [{ hooks: link("/w/h") }, { config: link("config") }, { modules: link("/w/h") }]
  ) {
    assertEquals(access(entries, "/w/.git/index", on(git)), "read");
  }
  assertEquals(access(entries, "/w/h/x", on({ hooks: link("/w/h") })), "read");
});

Deno.test("a closed directory below the workspace stays closed", () => {
  const tree = { w: { a: { b: { ".git": repository } } } };
  assertEquals(access([readRoot, write], "/w/a/b/.git/x", { tree, closed: ["/w/a"] }), "read");
});

Deno.test("a nested .git that leads to something denied opens nothing of it", () => {
  const on = { tree: { w: { n: { ".git": link("/s") } }, s: repository } };
  assertEquals(access([readRoot, write, pathEntry("/s", "deny")], "/s/config", on), "deny");
});

Deno.test("texts that commands have written never make a start fail", () => {
  for (const text of ["gitdir: a/../..\n", "gitdir: loop\n", "gitdir:", "gitdir: \0", "x"]) {
    const on = {
      tree: { w: { ".git": text, loop: link("loop"), n: { ".git": link("none/../x") } } },
    };
    assertEquals(access([readRoot, write, pathEntry("/w/.git", "write")], "/w/.git", on), "read");
  }
});
