/** Which names stay read-only below writable directories. @module */

import { assertEquals } from "@std/assert";
import { withProtectedNames } from "../../sandbox/protected_names.ts";
import { type Access, inOrder, type Rule, type RuleSet } from "../../sandbox/rules.ts";

function protectedIn(base: Access, rules: Readonly<Record<string, Access>>): string[] {
  const given = inOrder(
    Object.entries(rules).map(([path, access]): Rule => ({ path, access, origin: "" })),
  );
  return withProtectedNames({ base, rules: given }).rules
    .filter(({ origin }) => origin !== "").map(({ path, access }) => `${access} ${path}`);
}

function below(root: string): string[] {
  return [".agents", ".aws", ".codex", ".git"].map((name) => `read ${root}${name}`);
}

const cases: readonly (readonly [
  name: string,
  base: Access,
  rules: Readonly<Record<string, Access>>,
  added: readonly string[],
])[] = [
  ["below a writable directory", "read", { "/w": "write" }, below("/w/")],
  ["not below others", "read", { "/r": "read", "/d": "deny" }, []],
  ["also below a nested one", "read", { "/w": "write", "/w/a": "write" }, [
    ...below("/w/"),
    ...below("/w/a/"),
  ]],
  ["but not what has a rule to write", "read", { "/w": "write", "/w/.git": "write" }, [
    "read /w/.agents",
    "read /w/.aws",
    "read /w/.codex",
  ]],
  ["nor what has a rule to deny", "read", { "/w": "write", "/w/.aws": "deny" }, [
    "read /w/.agents",
    "read /w/.codex",
    "read /w/.git",
  ]],
  [
    "nor within what has been opened",
    "read",
    { "/w": "write", "/w/.git": "write", "/w/.git/x": "write" },
    ["read /w/.agents", "read /w/.aws", "read /w/.codex"],
  ],
  [
    "below a root that only bears such a name",
    "read",
    { "/h/.agents": "write" },
    below("/h/.agents/"),
  ],
  ["below the root, when everything else may be written", "write", { "/d": "deny" }, below("/")],
  ["nowhere, when nothing is ruled out", "write", {}, []],
];

for (const [name, base, rules, added] of cases) {
  Deno.test(`names are protected ${name}`, () => {
    assertEquals(protectedIn(base, rules), added);
  });
}

Deno.test("what the server adds for its own sake rules nothing out", () => {
  const own = { path: "/run/socket", access: "deny", origin: "own", isOwn: true } as const;
  assertEquals(withProtectedNames({ base: "write", rules: [own] }).rules, [own]);
  const asked = { path: "/d", access: "deny", origin: "path = deny" } as const;
  const { rules } = withProtectedNames<RuleSet>({ base: "write", rules: [asked, own] });
  assertEquals(rules.filter(({ path }) => path === "/.git").length, 1);
});

Deno.test("a protected name says why", () => {
  const rules: readonly Rule[] = [{ path: "/w", access: "write", origin: "path = write" }];
  const [, first] = withProtectedNames({ base: "read", rules }).rules;
  assertEquals(first?.origin, '`.agents` is protected directly below the writable "/w"');
});

Deno.test("a writable file holds no names to protect", () => {
  const policy = {
    base: "read",
    rules: [{ path: "/dev/null", access: "write", origin: "" }],
  } as const;
  assertEquals(withProtectedNames(policy, (path) => path !== "/dev/null"), policy);
});
