/** What patterns match is found in bounded time. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { readDenyGlob } from "../../sandbox/deny_glob.ts";
import { globMatches } from "../../sandbox/glob_matches.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { type FakeBarriers, fakeDisk, type FakeTree, link } from "../support/fake_disk.ts";

const tree: FakeTree = {
  w: { "a.env": "", d: { "b.env": "", e: { "c.env": { "d.env": "" } } }, l: link("d") },
};

function matches(
  pattern: string,
  globDepth?: number,
  barriers: FakeBarriers = {},
): readonly string[] {
  const { globs } = readDenyGlob(pattern, { directory: "/w", origin: "test" });
  const disk = fakeDisk(tree, barriers);
  return globMatches(globs, { globDepth, disk }).map(({ path }) => path).sort();
}

Deno.test("matches are found at any depth, links not followed, nothing below a match", () => {
  assertEquals(matches("**/*.env"), ["/w/a.env", "/w/d/b.env", "/w/d/e/c.env"]);
  assertEquals(matches("*/b.env"), ["/w/d/b.env"]);
  assertEquals(matches("/none/*"), []);
});

Deno.test("a depth bounds how deep is looked", () => {
  assertEquals(matches("**/*.env", 1), ["/w/a.env"]);
  assertEquals(matches("**/*.env", 2), ["/w/a.env", "/w/d/b.env"]);
});

Deno.test("a directory that cannot be listed but entered is denied whole", () => {
  assertEquals(matches("**/*.env", undefined, { closed: ["/w/d"] }), ["/w/a.env", "/w/d"]);
  assertEquals(matches("**/*.env", undefined, { unreachable: ["/w/d"] }), ["/w/a.env"]);
});

Deno.test("too much to look at is refused", () => {
  const many = Object.fromEntries(Array.from({ length: 9000 }, (_, at) => [`f${at}`, ""]));
  const { globs } = readDenyGlob("/m/*", { directory: "/", origin: "test" });
  const { obstacle } = assertThrows(
    () => globMatches(globs, { disk: fakeDisk({ m: many }) }),
    SandboxRefusal,
  );
  assertEquals(obstacle, "globTooLarge");
});
