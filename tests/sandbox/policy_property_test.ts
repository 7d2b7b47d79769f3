/** What holds for every policy, whatever its entries are. @module */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { SandboxEntry } from "../../protocol/methods/sandbox_permissions.ts";
import { type Policy, type PolicyPlace, resolvePolicy } from "../../sandbox/policy.ts";
import { protectedNames, withProtectedNames } from "../../sandbox/protected_names.ts";
import { type Access, accessOf, canonicalRules, type RuleSet } from "../../sandbox/rules.ts";
import { pathEntry, restrictedSandbox, specialEntry } from "../support/sandbox_intents.ts";

const place: PolicyPlace = { system: "linux", cwd: "/a", tmpdir: "/tmp/t/x" };
const roots = { cwd: "file:///a", workspaceRoots: ["file:///a", "file:///a/b/.git", "file:///b"] };

const names = fc.array(fc.constantFrom("a", "b", "tmp", ".git", ".aws"), { maxLength: 5 });
const path = names.map((names) => `/${names.join("/")}`);
const access = fc.constantFrom<Access>("read", "write", "deny");
const entry: fc.Arbitrary<SandboxEntry> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(path, access).map(([path, access]) => pathEntry(path, access)) },
  fc.tuple(fc.constantFrom("root", "tmpdir", "slash_tmp"), access)
    .map(([kind, access]) => specialEntry({ kind }, access)),
  fc.tuple(names, access).map(([names, access]) =>
    specialEntry({ kind: "project_roots", subpath: names.join("/") }, access)
  ),
);
const entries = fc.array(entry, { maxLength: 8 });

function resolved(entries: readonly SandboxEntry[]): Policy {
  return resolvePolicy(restrictedSandbox(entries, roots), place);
}

const reach: Readonly<Record<Access, number>> = { deny: 0, read: 1, write: 2 };

/** What may be done at each path, before and after an entry is added. */
function compared(
  entries: readonly SandboxEntry[],
  added: SandboxEntry,
  paths: readonly string[],
): readonly { readonly before: Access; readonly after: Access; readonly isNew: boolean }[] {
  const few = withProtectedNames(resolved(entries));
  const more = withProtectedNames(resolved([...entries, added]));
  const alone = resolved([added]);
  return paths.map((path) => {
    const { access, rule } = accessOf(more, path);
    const own = accessOf(alone, path).rule;
    // The base was made by the new entry, or its rule decides now.
    const isNew = rule === undefined ? few.base !== more.base : own?.path === rule.path;
    return { before: accessOf(few, path).access, after: access, isNew };
  });
}

Deno.test("the order of a policy's entries does not matter", () => {
  fc.assert(fc.property(entries, fc.infiniteStream(fc.nat()), (entries, keys) => {
    const keyed = entries.map((entry) => ({ entry, key: keys.next().value ?? 0 }));
    const shuffled = keyed.sort((one, other) => one.key - other.key).map(({ entry }) => entry);
    assertEquals(resolved(shuffled), resolved(entries));
  }));
});

Deno.test("an entry that denies widens nothing anywhere", () => {
  fc.assert(fc.property(entries, entry, fc.array(path), (entries, other, paths) => {
    const added: SandboxEntry = { ...other, access: "deny" };
    for (const { before, after } of compared(entries, added, paths)) {
      assert(reach[after] <= reach[before], `${before} became ${after}`);
    }
  }));
});

Deno.test("an entry to read lets nothing more be written, and be read only where it decides", () => {
  fc.assert(fc.property(entries, entry, fc.array(path), (entries, other, paths) => {
    const added: SandboxEntry = { ...other, access: "read" };
    for (const { before, after, isNew } of compared(entries, added, paths)) {
      assert(after !== "write" || before === "write", `${before} became ${after}`);
      assert(reach[after] <= reach[before] || isNew, `${before} became ${after} elsewhere`);
    }
  }));
});

Deno.test("the deepest rule decides, and the base where there is none", () => {
  fc.assert(fc.property(entries, path, (entries, path) => {
    const policy = resolved(entries);
    const parts = path.split("/");
    let expected: Access = policy.base;
    for (let length = 2; length <= parts.length; length += 1) {
      const above = parts.slice(0, length).join("/");
      expected = policy.rules.find((rule) => rule.path === above)?.access ?? expected;
    }
    assertEquals(accessOf(policy, path).access, expected);
  }));
});

Deno.test("rules come with ancestors first, one per path, and never one for the root", () => {
  fc.assert(fc.property(entries, (entries) => {
    const paths = withProtectedNames(resolved(entries)).rules.map(({ path }) => path);
    assertEquals(new Set(paths).size, paths.length);
    assert(!paths.includes("/"));
    for (const [index, path] of paths.entries()) {
      assert(paths.slice(index + 1).every((later) => !path.startsWith(`${later}/`)));
    }
  }));
});

Deno.test("protected names are added once, and never widen", () => {
  fc.assert(fc.property(entries, fc.array(path), (entries, paths) => {
    const policy: RuleSet = resolved(entries);
    const named = withProtectedNames(policy);
    assertEquals(withProtectedNames(named), named);
    for (const path of paths) {
      const before = reach[accessOf(policy, path).access];
      assert(reach[accessOf(named, path).access] <= before);
    }
  }));
});

Deno.test("a protected name is writable only where a rule of its own opens it", () => {
  fc.assert(
    fc.property(entries, path, fc.constantFrom(...protectedNames), (entries, path, name) => {
      const policy = withProtectedNames(resolved(entries));
      const isRoot = policy.rules.some((rule) => rule.path === path && rule.access === "write");
      const below = path === "/" ? `/${name}` : `${path}/${name}`;
      if (!isRoot || path.includes("/.")) return;
      const { access, rule } = accessOf(policy, below);
      assert(access !== "write" || rule?.path === below);
    }),
  );
});

Deno.test("canonicalRules() done twice is canonicalRules() done once", () => {
  // Every `b` is a link to `a` beside it.
  const real = (path: string) => path.replaceAll(/\/b(?=\/|$)/g, "/a");
  fc.assert(fc.property(entries, (entries) => {
    const once = canonicalRules(resolved(entries).rules, real);
    assertEquals(canonicalRules(once, real), once);
    assert(once.every(({ path }) => path === real(path)));
  }));
});

Deno.test("canonicalRules() lets the strongest of the rules hold that meet", () => {
  fc.assert(fc.property(entries, path, (entries, path) => {
    const { rules } = resolved(entries);
    const met = canonicalRules(rules, (path) => path.replaceAll(/\/b(?=\/|$)/g, "/a"));
    const wishes = rules.filter((rule) => rule.path.replaceAll("/b", "/a") === path)
      .map(({ access }) => access);
    const strongest = (["deny", "write", "read"] as const).find((it) => wishes.includes(it));
    assertEquals(met.find((rule) => rule.path === path)?.access, strongest);
  }));
});
