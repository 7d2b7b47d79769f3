/** Mounts make rules true, on every disk and for every policy. @module */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RpcError } from "../../protocol/errors.ts";
import type { SandboxEntry } from "../../protocol/methods/sandbox_permissions.ts";
import { bindPolicy, type BoundPolicy } from "../../sandbox/bind_policy.ts";
import { mountsFor } from "../../sandbox/mounts.ts";
import { resolvePolicy } from "../../sandbox/policy.ts";
import { type Access, accessOf, inOrder } from "../../sandbox/rules.ts";
import {
  fakeDisk,
  FakeLink,
  type FakeNode,
  type FakeTree,
  nodeAt,
  pathsOf,
} from "../support/fake_disk.ts";
import {
  globEntry,
  pathEntry,
  restrictedSandbox,
  specialEntry,
} from "../support/sandbox_intents.ts";
import { MountModel } from "./mount_model.ts";

const runs = { numRuns: 2000 };
const names = ["a", "b", ".git", "hooks", "c.env"];
const name = fc.constantFrom(...names);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join("/")}`);
const access = fc.constantFrom<Access>("read", "write", "deny");

const text = fc.constantFrom("", "gitdir: ../b\n", "gitdir: /a/.git\n");
const target = fc.oneof(path, fc.constantFrom("..", "a", "../b", "/"));

/** Directories with something in most of them. */
function treeOf(depth: number): fc.Arbitrary<FakeTree> {
  const leaf: fc.Arbitrary<FakeNode> = fc.oneof(
    { weight: 3, arbitrary: text },
    { weight: 1, arbitrary: target.map((target) => new FakeLink(target)) },
  );
  const node = depth === 0 ? leaf : fc.oneof(
    { weight: 1, arbitrary: leaf },
    { weight: 2, arbitrary: treeOf(depth - 1) },
  );
  return fc.dictionary(name, node, { minKeys: 1, maxKeys: 4, noNullPrototype: true });
}

const tree = treeOf(3);

const entry: fc.Arbitrary<SandboxEntry> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(path, access).map(([path, access]) => pathEntry(path, access)) },
  { weight: 2, arbitrary: access.map((access) => specialEntry({ kind: "root" }, access)) },
  fc.constantFrom("/a/**/*.env", "/a/*", "/b/?/hooks").map((pattern) => globEntry(pattern)),
);
const entries = fc.array(entry, { minLength: 1, maxLength: 6 });

/** Undefined when the policy is refused on this disk. */
function bound(entries: readonly SandboxEntry[], tree: FakeTree): BoundPolicy | undefined {
  const policy = resolvePolicy(restrictedSandbox(entries), { system: "linux", cwd: "/a" });
  try {
    return bindPolicy(policy, fakeDisk(tree));
  } catch (error) {
    if (error instanceof RpcError) return undefined;
    throw error;
  }
}

function modelOf(policy: BoundPolicy, tree: FakeTree): MountModel {
  return new MountModel(tree, mountsFor(policy.rules, policy));
}

function inRules({ base, rules }: BoundPolicy, path: string): Access {
  return accessOf({ base, rules: inOrder(rules) }, path).access;
}

/** A file that takes the place of a directory which a rule is about stays as it is. */
function isBlocking({ rules }: BoundPolicy, path: string): boolean {
  return rules.some(({ isBlocked, firstMissing }) => isBlocked === true && firstMissing === path);
}

Deno.test("every path that exists is as accessible through the mounts as the rules say", () => {
  let bindings = 0;
  fc.assert(
    fc.property(entries, tree, (entries, tree) => {
      const policy = bound(entries, tree);
      if (policy === undefined) return;
      bindings++;
      const model = modelOf(policy, tree);
      for (const path of pathsOf(tree)) {
        if (isBlocking(policy, path)) continue;
        assertEquals([path, model.accessOf(path)], [path, inRules(policy, path)]);
      }
    }),
    runs,
  );
  assert(bindings > runs.numRuns / 3, `only ${bindings} policies were not refused`);
});

Deno.test("what must not come to exist is not to be made anywhere", () => {
  fc.assert(
    fc.property(entries, tree, (entries, tree) => {
      const policy = bound(entries, tree);
      if (policy === undefined) return;
      const model = modelOf(policy, tree);
      for (const { path, kind, access, firstMissing } of policy.rules) {
        if (kind !== "missing" || access === "write" || firstMissing === undefined) continue;
        if (inRules(policy, path) === "write") continue;
        const parent = firstMissing.slice(0, firstMissing.lastIndexOf("/")) || "/";
        const canBeMade = model.accessOf(parent) === "write" &&
          model.accessOf(firstMissing) === "write" && !model.busy.has(firstMissing);
        assert(!canBeMade, `${path} can be made`);
      }
    }),
    runs,
  );
});

Deno.test("nothing that a rule narrows can be moved away, nor what it lies in", () => {
  fc.assert(
    fc.property(entries, tree, (entries, tree) => {
      const policy = bound(entries, tree);
      if (policy === undefined) return;
      const model = modelOf(policy, tree);
      for (const rule of policy.rules) {
        if (rule.kind === "missing" || rule.access === "write") continue;
        for (let at = rule.path; at !== "/"; at = parentOf(at)) {
          const parent = parentOf(at);
          const isFixed = inRules(policy, parent) !== "write" || model.busy.has(at);
          assert(isFixed, `${at} can be renamed, and with it ${rule.path}`);
        }
      }
    }),
    runs,
  );
});

Deno.test("an entry that denies or only lets read lets nothing more be written", () => {
  const reach: Readonly<Record<Access, number>> = { deny: 0, read: 1, write: 2 };
  fc.assert(
    fc.property(entries, path, access, tree, (entries, place, access, tree) => {
      if (access === "write") return;
      const before = bound(entries, tree);
      const after = bound([...entries, pathEntry(place, access)], tree);
      if (before === undefined || after === undefined) return;
      const [few, more] = [modelOf(before, tree), modelOf(after, tree)];
      for (const path of pathsOf(tree)) {
        const [was, is] = [few.accessOf(path), more.accessOf(path)];
        const isNarrow = access === "deny" ? reach[is] <= reach[was] : is !== "write" || was === is;
        const isOfGit = isForGit(before, path) || isBlocking(before, path);
        assert(isNarrow || isOfGit, `${path}: ${was} became ${is}`);
      }
    }),
    runs,
  );
});

Deno.test("the order of entries does not matter to the mounts", () => {
  fc.assert(
    fc.property(entries, tree, (entries, tree) => {
      const [one, other] = [bound(entries, tree), bound(entries.toReversed(), tree)];
      if (one === undefined || other === undefined) {
        assertEquals(one, other);
        return;
      }
      assertEquals(mountsFor(one.rules, one), mountsFor(other.rules, other));
    }),
    runs,
  );
});

Deno.test("no rule is about a link, or about what lies behind one", () => {
  fc.assert(
    fc.property(entries, tree, (entries, tree) => {
      for (const { path } of bound(entries, tree)?.rules ?? []) {
        for (let at = path; at !== "/"; at = parentOf(at)) {
          assert(!(nodeAt(tree, at) instanceof FakeLink), `${path} leads through ${at}`);
        }
      }
    }),
    runs,
  );
});

/** What only is kept because of a `.git` that leads there goes free when that is not to be seen. */
function isForGit({ base, rules }: BoundPolicy, path: string): boolean {
  const { rule } = accessOf({ base, rules: inOrder(rules) }, path);
  return /repository|Git/.test(rule?.origin ?? "");
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
