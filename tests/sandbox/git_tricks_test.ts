/** What one command does so that the next one may change what Git runs: it changes nothing. @module */

import { assertEquals, assertThrows } from "@std/assert";
import type { SandboxEntry } from "../../protocol/methods/sandbox_permissions.ts";
import { bindPolicy } from "../../sandbox/bind_policy.ts";
import { resolvePolicy } from "../../sandbox/policy.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { Decisions } from "../../sandbox/rules.ts";
import { type FakeBarriers, fakeDisk, type FakeTree, link } from "../support/fake_disk.ts";
import { pathEntry, readRoot, restrictedSandbox } from "../support/sandbox_intents.ts";

const write = pathEntry("/w", "write");
const granted = [readRoot, write, pathEntry("/w/.git", "write")];
const ungranted = [readRoot, write];
const settings = { config: "[core]\n", hooks: {} };
const parts = { objects: {}, refs: {} };
const repository = { HEAD: "ref: refs/heads/main\n", ...settings, ...parts };

/** What may be done at paths of a workspace. */
function at(
  paths: readonly string[],
  tree: FakeTree,
  { entries = granted, ...barriers }: FakeBarriers & { entries?: readonly SandboxEntry[] } = {},
): readonly string[] {
  const roots = { cwd: "file:///w", workspaceRoots: ["file:///w"] };
  const intent = restrictedSandbox(entries, { policyContext: roots });
  const policy = resolvePolicy(intent, { system: "linux", cwd: "/w", tmpdir: undefined });
  const decisions = new Decisions(bindPolicy(policy, fakeDisk({ w: tree }, barriers)));
  return paths.map((path) => decisions.at(`/w/${path}`).access);
}

Deno.test("a submodule's repository is recognised without what a command may move away", () => {
  const hooks = [".git/modules/sub/hooks/x", ".git/modules/sub/config"];
  const all = ["read", "read"];
  for (const rest of [{ ...parts, h: "" }, {}, { HEAD: link("refs/heads/none"), ...parts }]) {
    const tree = { ".git": { ...repository, modules: { sub: { ...settings, ...rest } } } };
    assertEquals(at(hooks, tree), all);
  }
});

Deno.test("a submodule is found however many parts its name has, and below another's", () => {
  const deep = { a: { b: { c: { d: { e: { f: repository } } } } } };
  const tree = {
    ".git": { ...repository, modules: { ...deep, s: { ...repository, modules: deep } } },
  };
  const paths = ["modules/a/b/c/d/e/f/config", "modules/s/modules/a/b/c/d/e/f/hooks/x"];
  assertEquals(at(paths.map((path) => `.git/${path}`), tree), ["read", "read"]);
});

Deno.test("what is no repository among submodules does not become one that hides others", () => {
  for (const forged of [{}, settings, { HEAD: "", ...parts }]) {
    const modules = { libs: { ...forged, sub: repository, logs: repository } };
    const paths = ["libs/config", "libs/sub/hooks/x", "libs/logs/config"];
    const tree = { ".git": { ...repository, modules } };
    assertEquals(at(paths.map((path) => `.git/modules/${path}`), tree), ["read", "read", "read"]);
  }
});

Deno.test("submodules beyond what is looked at are not written", () => {
  let deep: FakeTree = repository;
  for (let depth = 0; depth < 40; depth++) deep = { d: deep };
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`d${index}`, {}]));
  for (const modules of [deep, many, { sub: link("/w/elsewhere") }]) {
    const tree = { ".git": { ...repository, modules }, elsewhere: repository };
    assertEquals(at([".git/modules/sub/x", ".git/index"], tree), ["read", "write"]);
  }
});

Deno.test("closing a directory in a repository opens nothing in it", () => {
  const modules = { sub: repository };
  const tree = { ".git": { ...repository, modules, worktrees: { t: { commondir: "../..\n" } } } };
  const closed = ["/w/.git/modules", "/w/.git/worktrees"];
  const paths = [".git/modules/sub/hooks/x", ".git/worktrees/t/commondir", ".git/modules"];
  assertEquals(at(paths, tree, { closed }), ["read", "read", "read"]);
});

Deno.test("a bare repository is recognised without what a command may move away", () => {
  const paths = ["srv/hooks/x", "srv/config", "srv/x"];
  for (const rest of [{ h: "", ...parts }, { HEAD: link("none") }, {}]) {
    assertEquals(at(paths, { srv: { ...settings, ...rest } }), ["read", "read", "write"]);
  }
  const plain = { srv: { config: { x: "" }, hooks: {} } };
  assertEquals(at(paths, plain), ["write", "write", "write"]);
});

Deno.test("looking like a bare repository hides no repository", () => {
  const look = { HEAD: "", ...parts };
  const nested = { ...look, ".git": repository };
  assertEquals(at(["n/.git/config", "n/.git/x"], { ...look, n: nested }), ["read", "write"]);
});

Deno.test("many directories hide no repository", () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`.a${index}`, {}]));
  const nested = { n: { ".git": repository }, m: { sub: { ".git": repository } } };
  const paths = ["n/.git/hooks/x", "m/sub/.git/hooks/x", "m/sub/x"];
  assertEquals(at(paths, { ...many(3000), ...nested }), ["read", "read", "write"]);
  const full = { ...nested, full: { ...many(11_000), sub: { ".git": repository } } };
  assertEquals(at([...paths, "full/sub/.git/x"], full), ["read", "read", "write", "read"]);
  const open = [...ungranted, pathEntry("/w/full", "write")];
  const refusal = assertThrows(() => at([], full, { entries: open }), SandboxRefusal);
  assertEquals(refusal.obstacle, "globTooLarge");
});

Deno.test("a directory whose .git is a link stays as it is", () => {
  for (const target of ["/w/elsewhere", "/w/pointer"]) {
    const tree = { n: { ".git": link(target) }, elsewhere: repository, pointer: "gitdir: x\n" };
    assertEquals(at(["n/.git", "n/x", "x"], tree), ["read", "read", "write"]);
  }
});

Deno.test("a repository to which a nested .git file points is kept, however deep it is", () => {
  const deep = { a: { b: { c: { d: repository } } } };
  const tree = { ...deep, n: { ".git": "gitdir: ../a/b/c/d\n" } };
  assertEquals(at(["n/.git", "a/b/c/d/config", "a/b/c/d/x"], tree), ["read", "read", "write"]);
});

Deno.test("files that settings include stay as they are, missing ones too", () => {
  const config = '[include]\n\tpath = ../shared.cfg\n[includeIf "x"] Path = "../late.cfg" ; x\n' +
    "[include]\n path = ~/home\n path = /etc/gitconfig\n path = ../../secret\n";
  const tree = {
    ".git": { ...repository, config },
    "shared.cfg": "[include]\npath = more.cfg\n",
    "more.cfg": "",
  };
  const entries = [...granted, pathEntry("/secret", "deny")];
  const paths = ["shared.cfg", "late.cfg", "more.cfg", "x", "../secret"];
  assertEquals(at(paths.slice(0, 4), tree, { entries }), ["read", "read", "read", "write"]);
});
