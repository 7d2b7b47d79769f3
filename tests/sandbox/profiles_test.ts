/** Policies that have a name. @module */

import { assertEquals } from "@std/assert";
import { decode } from "../../protocol/schema.ts";
import { sandboxIntent } from "../../protocol/methods/sandbox.ts";
import { resolvePolicy } from "../../sandbox/policy.ts";
import {
  profileIntent,
  profileNamed,
  profileNames,
  type ProfileOptions,
} from "../../sandbox/profiles.ts";
import { withProtectedNames } from "../../sandbox/protected_names.ts";

const options: ProfileOptions = { cwd: "file:///w" };

function access(name: typeof profileNames[number], more: Partial<ProfileOptions> = {}): string[] {
  const intent = profileIntent(name, { ...options, ...more });
  const place = { system: "linux", cwd: "/elsewhere", tmpdir: "/t", ownTemporary: "/t" } as const;
  const policy = resolvePolicy(intent, place);
  const { base, rules } = withProtectedNames(policy);
  const all = rules.map(({ path, access }) => `${access} ${path}`);
  return [policy.network, base, ...all.filter((rule) => !/ \/(?:t|tmp)\//.test(rule))];
}

Deno.test("read-only lets everything be read", () => {
  assertEquals(access("read-only"), ["restricted", "read"]);
  assertEquals(access("read-only", { network: true }), ["enabled", "read"]);
});

Deno.test("workspace-write lets work be done in the workspace, commits included", () => {
  const workspace = (root: string) => [
    `read ${root}/.agents`,
    `read ${root}/.aws`,
    `read ${root}/.codex`,
    `write ${root}/.git`,
  ];
  assertEquals(access("workspace-write"), [
    "restricted",
    "read",
    "write /t",
    "write /tmp",
    "write /w",
    ...workspace("/w"),
  ]);
  assertEquals(
    access("workspace-write", { workspaceRoots: ["file:///a", "file:///b"], network: true }),
    [
      "enabled",
      "read",
      "write /a",
      "write /b",
      "write /t",
      "write /tmp",
      ...workspace("/a"),
      ...workspace("/b"),
    ],
  );
});

Deno.test("danger-full-access confines nothing", () => {
  assertEquals(access("danger-full-access"), ["enabled", "write"]);
});

for (const name of profileNames) {
  Deno.test(`${name} is intent as the wire has it`, () => {
    const intent = profileIntent(name, options);
    assertEquals(decode(sandboxIntent, JSON.parse(JSON.stringify(intent))), intent);
    assertEquals(profileNamed(name), name);
  });
}

Deno.test("profileNamed() knows no other names", () => {
  assertEquals(["", "readonly", "toString"].map(profileNamed), [undefined, undefined, undefined]);
});
