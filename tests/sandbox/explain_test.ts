/** Explanations of a policy, as sentences. @module */

import { assertEquals } from "@std/assert";
import { explain } from "../../sandbox/explain.ts";
import { resolvePolicy } from "../../sandbox/policy.ts";
import {
  disabledSandbox,
  globEntry,
  pathEntry,
  readRoot,
  restrictedSandbox,
  specialEntry,
} from "../support/sandbox_intents.ts";

const place = { system: "linux", cwd: "/w" } as const;
const project = specialEntry({ kind: "project_roots" }, "write");
const policy = resolvePolicy(
  restrictedSandbox([readRoot, project, pathEntry("/w/keys", "deny"), globEntry("**/*.env")], {
    workspaceRoots: ["file:///w"],
  }),
  place,
);
const readOnly = "may be read, but not written";
const forbidden = "may be neither read nor written";
const base = "the base (root = read)";
const pattern = "glob_pattern `**/*.env` = deny, for what exists when a command starts";

const cases: readonly (readonly [path: string, words: string])[] = [
  ["/etc", `"/etc" ${readOnly}: no rule is about it, so ${base} decides.`],
  [
    "/w/a",
    '"/w/a" may be read and written: the rule for "/w" decides (project_roots = write). ' +
    `It comes before ${base}.`,
  ],
  [
    "/w",
    '"/w" may be read and written: the rule for it decides (project_roots = write). ' +
    `It comes before ${base}.`,
  ],
  [
    "/w/.git/config",
    `"/w/.git/config" ${readOnly}: the rule for "/w/.git" decides ` +
    '(`.git` is protected directly below the writable "/w"). ' +
    `It comes before the one for "/w" (project_roots = write) and ${base}.`,
  ],
  [
    "/w/keys/x",
    `"/w/keys/x" ${forbidden}: the rule for "/w/keys" decides (path = deny). ` +
    `It comes before the one for "/w" (project_roots = write) and ${base}.`,
  ],
  [
    "/w/keys/x.env/y",
    `"/w/keys/x.env/y" ${forbidden}: the rule for "/w/keys/x.env" decides (${pattern}). ` +
    'It comes before the one for "/w/keys" (path = deny), ' +
    `the one for "/w" (project_roots = write) and ${base}.`,
  ],
];

for (const [path, words] of cases) {
  Deno.test(`explain() of ${path} names the rule that decides, and those it comes before`, () => {
    assertEquals(explain(policy, path), words);
  });
}

Deno.test("explain() says when nothing is confined", () => {
  const words =
    '"/x" may be read and written: the base (`disabled` permissions) confines no files.';
  assertEquals(explain(resolvePolicy(disabledSandbox, place), "/x"), words);
});

Deno.test("explain() shows a path that is not text", () => {
  const scoped = resolvePolicy(restrictedSandbox([]), place);
  assertEquals(
    explain(scoped, "/\u{DCFF}"),
    `"/\u{FFFD}" ${forbidden}: no rule is about it, so the base (no entry names the root) decides.`,
  );
});
