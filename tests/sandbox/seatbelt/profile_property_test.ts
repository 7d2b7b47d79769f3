/** What a profile of macOS lets happen is what the rules say, however its rules are ordered. @module */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RpcError } from "../../../protocol/errors.ts";
import type { SandboxEntry } from "../../../protocol/methods/sandbox_permissions.ts";
import { globMatcher } from "../../../sandbox/deny_glob.ts";
import { isWithin } from "../../../sandbox/paths.ts";
import { protectedNames } from "../../../sandbox/protected_names.ts";
import { type Access, accessOf, inOrder } from "../../../sandbox/rules.ts";
import type { SeatbeltNetwork } from "../../../sandbox/seatbelt/network_section.ts";
import { type SeatbeltPlan, seatbeltProfile } from "../../../sandbox/seatbelt/profile.ts";
import {
  globEntry,
  pathEntry,
  restrictedSandbox,
  specialEntry,
} from "../../support/sandbox_intents.ts";
import { Judge, orders } from "./interpreter.ts";
import { memoryDisk } from "./memory_disk.ts";
import { planFor } from "./plan.ts";

const disk = memoryDisk({ entries: { "/a": ["b", "file"], "/a/b": ["c", "file"] } });
const names = fc.array(fc.constantFrom("a", "b", "missing", "file", ".git", ".aws"), {
  minLength: 1,
  maxLength: 5,
});
const path = names.map((names) => `/${names.join("/")}`);
const access = fc.constantFrom<Access>("read", "write", "deny");
const pattern = fc.array(fc.constantFrom("*", "**", "b", "fi*", "?"), {
  minLength: 1,
  maxLength: 3,
})
  .map((names) => `/a/${names.join("/")}`);
const entry: fc.Arbitrary<SandboxEntry> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(path, access).map(([path, access]) => pathEntry(path, access)) },
  { weight: 2, arbitrary: access.map((access) => specialEntry({ kind: "root" }, access)) },
  pattern.map((pattern) => globEntry(pattern)),
);
const entries = fc.array(entry, { maxLength: 7 });
const paths = fc.array(path, { minLength: 1, maxLength: 20 });

/** A plan, unless the policy is refused. */
function planned(
  entries: readonly SandboxEntry[],
  network: SeatbeltNetwork = { kind: "closed" },
): SeatbeltPlan | undefined {
  try {
    return planFor(restrictedSandbox(entries), { disk, network });
  } catch (error) {
    if (error instanceof RpcError) return undefined;
    throw error;
  }
}

function ancestors(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(2).map((_, at) => parts.slice(0, at + 2).join("/"));
}

/** What the plan says, told without the profile's own code. */
function sayings(plan: SeatbeltPlan) {
  const matchers = plan.globs.map(globMatcher);
  const isMatch = (path: string) =>
    [path, ...ancestors(path)].some((place) => matchers.some((matches) => matches(place)));
  const effective = plan.rules.filter((it) => it.access !== "write" || it.kind !== "missing");
  const rules = inOrder(effective);
  const ruled = (path: string) => accessOf({ base: plan.base, rules }, path).access;
  const accessAt = (path: string): Access => isMatch(path) ? "deny" : ruled(path);
  const isAnchor = (path: string) =>
    rules.some((rule) => rule.path === path && rule.access === "write") ||
    rules.some((rule) => rule.access !== "write" && ancestors(rule.path).includes(path)) ||
    plan.globs.some(({ directory }) => isWithin(directory, path));
  return { accessAt, isAnchor };
}

Deno.test("a profile lets be read, executed and written what the rules say", () => {
  fc.assert(
    fc.property(entries, paths, (entries, paths) => {
      const plan = planned(entries, { kind: "open" });
      if (plan === undefined) return;
      const judge = new Judge(seatbeltProfile(plan));
      const { accessAt, isAnchor } = sayings(plan);
      const ruled = plan.rules.flatMap(({ path }) => [path, ...ancestors(path)]);
      for (const path of new Set([...paths, ...ruled])) {
        // Nothing lies below a file.
        if (path.includes("/file/")) continue;
        const access = accessAt(path);
        const canRead = access !== "deny";
        const canWrite = access === "write";
        const exists = disk.place(path).kind !== "missing";
        for (const order of orders) {
          const does = (operation: string) => judge.allows({ operation, path }, order);
          const makes = (operation: string) => judge.allows({ operation, path, exists }, order);
          const said = `${order} ${path}`;
          assertEquals(does("file-read-data"), canRead, said);
          assertEquals(does("file-map-executable"), canRead, said);
          assertEquals(does("process-exec"), canRead, said);
          assertEquals(does("network-outbound"), canRead, `${said} socket`);
          assertEquals(does("network-bind"), canWrite, `${said} own socket`);
          for (const kind of ["data", "mode", "xattr", "times"]) {
            assertEquals(does(`file-write-${kind}`), canWrite, `${said} ${kind}`);
          }
          const canReplace = canWrite && !isAnchor(path);
          assertEquals(makes("file-write-unlink"), canReplace, `${said} unlink`);
          assertEquals(makes("file-write-create"), canReplace, `${said} create`);
          const isKept = plan.base !== "write" || plan.rules.length + plan.globs.length > 0;
          assertEquals(does("file-link"), !isKept, said);
          assertEquals(does("file-write-setugid"), !isKept, said);
        }
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("no order of rules lets a protected name be made, in whatever letters", () => {
  const letters = (name: string) =>
    fc.tuple(fc.nat(255), fc.constantFrom("s", "\u017f")).map(([bits, s]) =>
      [...name].map((letter, at) => (bits >> at) & 1 ? letter.toUpperCase() : letter).join("")
        .replaceAll("s", s)
    );
  const spelled = fc.constantFrom(...protectedNames)
    .chain((name) => letters(name).map((text) => ({ name, text })));
  fc.assert(fc.property(entries, spelled, (entries, { name, text }) => {
    const plan = planned(entries);
    if (plan === undefined) return;
    const judge = new Judge(seatbeltProfile(plan));
    for (const { path, access, kind } of plan.rules) {
      if (access !== "write" || kind !== "directory" || path.includes("/.")) continue;
      if (plan.rules.some((it) => it.path === `${path}/${name}` && it.access === "write")) continue;
      for (const below of ["", "/x", "/x/y"]) {
        const made = { path: `${path}/${text}${below}`, exists: false };
        for (const order of orders) {
          assert(!judge.allows({ operation: "file-write-create", ...made }, order), made.path);
        }
      }
    }
  }));
});

Deno.test("what is denied and not opened again is denied whatever else a policy says", () => {
  fc.assert(fc.property(entries, path, names, (entries, denied, below) => {
    const plan = planned([
      ...entries.filter(({ path }) =>
        path.type !== "path" || !path.path.startsWith(`file://${denied}`)
      ),
      pathEntry(denied, "deny"),
    ], { kind: "open" });
    if (plan === undefined || disk.place(denied).kind === "missing") return;
    const judge = new Judge(seatbeltProfile(plan));
    for (const path of [denied, `${denied}/${below.join("/")}`]) {
      for (const order of orders) {
        for (const operation of ["file-read-data", "file-read-xattr", "file-write-data"]) {
          assert(!judge.allows({ operation, path }, order), `${order} ${operation} ${path}`);
        }
        assert(!judge.allows({ operation: "network-outbound", path }, order), path);
      }
    }
  }));
});
