/** Random policies on a real disk: what a command can read and write is what the rules say. @module */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RpcError } from "../../../protocol/errors.ts";
import type { SandboxEntry } from "../../../protocol/methods/sandbox_permissions.ts";
import { bindPolicy } from "../../../sandbox/bind_policy.ts";
import { Disk } from "../../../sandbox/disk.ts";
import { resolvePolicy } from "../../../sandbox/policy.ts";
import { type Access, accessOf, inOrder, type Rule } from "../../../sandbox/rules.ts";
import { diskReader } from "../../../server/sandbox/disk_reader.ts";
import {
  globEntry,
  pathEntry,
  readRoot,
  restrictedSandbox,
  specialEntry,
} from "../../support/sandbox_intents.ts";
import { sandboxedTest, shSandboxed } from "../../support/sandboxed.ts";
import { Scratch } from "../../support/scratch.ts";
import { type LaunchOptions, launchServer } from "../../support/server_process.ts";

const POLICIES = 30;
const directories = ["", "a", "a/b", "a/b/.git", "a/b/.git/hooks", "a/c", "d", "d/e"];
const files = ["f", "a/f", "a/b/f", "a/b/.git/config", "a/b/.git/hooks/h", "a/c/g.env", "d/e/f"];
const missing = ["a/x", "d/x/y", "a/b/f/x"];
const openDoors = 'chmod 755 .. . && chown 1500:1500 . "$HOME" && exec "$@"';
const somebody = ["setpriv", "--reuid=1500", "--regid=1500", "--clear-groups"];

/** Prints `r` and `w` for each path, as far as they are possible. */
const script = `cd / && for p in "$@"; do
  r=- w=-
  if [ -d "$p" ]; then
    ls "$p" >/dev/null 2>&1 && r=r
    (mkdir "$p/probe" && rmdir "$p/probe") 2>/dev/null && w=w
  else
    cat "$p" >/dev/null 2>&1 && r=r
    (: >> "$p") 2>/dev/null && [ -s "$p" ] && w=w
  fi
  echo "$r$w"
done`;

function entriesFor(root: string): readonly (readonly SandboxEntry[])[] {
  const place = fc.constantFrom(...directories, ...files, ...missing)
    .map((name) => name === "" ? root : `${root}/${name}`);
  const access = fc.constantFrom<Access>("read", "write", "deny");
  const entry = fc.tuple(place, access).map(([path, access]) => pathEntry(path, access));
  const glob = fc.constant(globEntry(`${root}/**/*.env`));
  const base = fc.oneof(
    fc.constant([readRoot]),
    fc.constant([specialEntry({ kind: "minimal" }, "read")]),
    fc.constant([specialEntry({ kind: "root" }, "write")]),
  );
  const more = fc.array(fc.oneof({ weight: 6, arbitrary: entry }, glob), { maxLength: 6 });
  const all = fc.tuple(base, more).map(([base, more]) => [...base, ...more]);
  return fc.sample(all, POLICIES);
}

async function makeTree(root: string): Promise<void> {
  for (const name of directories) await Deno.mkdir(`${root}/${name}`, { recursive: true });
  for (const name of files) await Deno.writeTextFile(`${root}/${name}`, "text");
}

async function tryPolicies(launch: LaunchOptions, prepare: (root: string) => Promise<void>) {
  await using room = await Scratch.create();
  await makeTree(room.path);
  await prepare(room.path);
  await using server = await launchServer(launch);
  await using peer = await server.session();
  const paths = [...directories, ...files].map((name) =>
    name === "" ? room.path : `${room.path}/${name}`
  );
  let tried = 0;
  for (const [at, entries] of entriesFor(room.path).entries()) {
    const sandbox = restrictedSandbox(entries);
    const expected = expectedMarks(entries, paths);
    const run = {
      cwd: "/usr",
      processId: `p${at}`,
      sandbox,
      fields: { argv: ["/bin/sh", "-c", script, "sh", ...paths] },
    };
    if (expected === undefined) continue;
    tried++;
    const { exitCode, stdout, stderr } = await shSandboxed(peer, script, run);
    const shown = JSON.stringify(entries);
    assertEquals([shown, exitCode, stderr], [shown, 0, ""]);
    const found = stdout.trim().split("\n").map((marks, at) => {
      const wanted = expected[at]?.slice(-2) ?? "";
      const shown = Array.from(marks, (mark, nth) => wanted[nth] === "?" ? "?" : mark).join("");
      return `${paths[at]} ${shown}`;
    });
    assertEquals([shown, ...found], [shown, ...expected]);
  }
  assert(tried > POLICIES / 2);
  const left = [...Deno.readDirSync(room.path)].map(({ name }) => name).sort();
  assertEquals(left, ["a", "d", "f"]);
}

/** Undefined for a policy that is refused. */
function expectedMarks(
  entries: readonly SandboxEntry[],
  paths: readonly string[],
): readonly string[] | undefined {
  const policy = resolvePolicy(restrictedSandbox(entries), { system: "linux", cwd: "/" });
  try {
    const { base, rules } = bindPolicy(policy, new Disk(diskReader));
    const marks: Readonly<Record<Access, string>> = { deny: "--", read: "r-", write: "rw" };
    return paths.map((path) => {
      const { access } = accessOf({ base, rules: inOrder(rules) }, path);
      // A directory on the way to something that is to be seen shows that, and nothing else.
      if (access === "deny" && isPassage(path, rules)) return `${path} ?-`;
      // A file in the place of a directory which a rule is about may be kept as it is.
      return rules.some((rule) => rule.isBlocked === true && rule.firstMissing === path)
        ? `${path} ${marks[access].charAt(0)}?`
        : `${path} ${marks[access]}`;
    });
  } catch (error) {
    if (error instanceof RpcError) return undefined;
    throw error;
  }
}

function isPassage(path: string, rules: readonly Rule[]): boolean {
  return rules.some((rule) => rule.access !== "deny" && rule.path.startsWith(`${path}/`));
}

sandboxedTest("commands of random policies do what the rules say", async () => {
  await tryPolicies({}, async () => {});
});

sandboxedTest("commands of another user than root do what the rules say", async () => {
  if (Deno.uid() !== 0) return;
  const through = ["/bin/sh", "-c", openDoors, "sh", ...somebody];
  await tryPolicies({ through }, async (root) => {
    for (const name of [...directories, ...files]) await Deno.chown(`${root}/${name}`, 1500, 1500);
  });
});
