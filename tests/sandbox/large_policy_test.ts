/** Large policies: how much is looked at and made before they are accepted or refused. @module */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { bindPolicy } from "../../sandbox/bind_policy.ts";
import { Disk, type DiskReader } from "../../sandbox/disk.ts";
import { LimitedDisk } from "../../sandbox/limited_disk.ts";
import { mountsFor } from "../../sandbox/mounts.ts";
import { PathIndex } from "../../sandbox/path_index.ts";
import { resolvePolicy } from "../../sandbox/policy.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { pathEntry, readRoot, restrictedSandbox } from "../support/sandbox_intents.ts";

/** Everything is an empty directory, and each look counts. */
function countingReader(): DiskReader & { looks: number } {
  const reader = {
    looks: 0,
    look: () => ({ kind: "directory" as const, at: reader.looks++ }),
    entries: () => [],
    text: () => undefined,
  };
  return reader;
}

function policyOf(access: "read" | "write" | "deny", count: number) {
  const entries = Array.from({ length: count }, (_, at) => pathEntry(`/w/${at}`, access));
  const intent = restrictedSandbox([readRoot, pathEntry("/w", "write"), ...entries]);
  return resolvePolicy(intent, { system: "linux", cwd: "/w" });
}

Deno.test("a policy of many rules looks at each of their places once", () => {
  const reader = countingReader();
  const bound = bindPolicy(policyOf("read", 990), new Disk(reader));
  assert(reader.looks < 1100, `${reader.looks} looks`);
  assertEquals(mountsFor(bound.rules, bound).operations.filter(({ path }) => path === "/w/989"), [
    { kind: "readOnly", path: "/w/989" },
  ]);
});

Deno.test("a policy whose protected names are too many is refused before they are looked at", () => {
  const reader = countingReader();
  const error = assertThrows(
    () => bindPolicy(policyOf("write", 990), new Disk(reader)),
    SandboxRefusal,
  );
  assertEquals([error.obstacle, reader.looks < 1100], ["tooLarge", true]);
});

Deno.test("a disk is looked at only so often, and once at each path", () => {
  const disk = new LimitedDisk(new Disk(countingReader()));
  for (let at = 0; at < 100_000; at++) disk.place("/same");
  const { obstacle } = assertThrows(() => {
    for (let at = 0; at < 100_000; at++) disk.place(`/${at}`);
  }, SandboxRefusal);
  assertEquals(obstacle, "tooLarge");
});

Deno.test("an index finds the nearest value on the way up", () => {
  const index = new PathIndex([["/", 0], ["/a", 1], ["/a/b", 2]]);
  const paths = ["/", "/a", "/ab", "/a/b", "/a/b/c/d", "/x/y"];
  assertEquals(paths.map((path) => index.nearest(path)), [0, 1, 0, 2, 2, 0]);
  assertEquals(paths.map((path) => index.above(path)), [undefined, 0, 0, 1, 2, 0]);
  assertEquals(new PathIndex([["/a", 1]]).nearest("/b"), undefined);
});
