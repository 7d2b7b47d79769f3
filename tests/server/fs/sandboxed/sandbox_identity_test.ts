/** Helpers are shared as long as the disk is the same, whatever its names are. @module */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { nativeText } from "../../../../protocol/native_path.ts";
import type { Contained } from "../../../../sandbox/confine.ts";
import { sandboxIdentity } from "../../../../server/fs/sandboxed/sandbox_identity.ts";
import { cPath, loadFileLibrary } from "../../../../server/fs/posix/file_calls.ts";
import { Scratch } from "../../../support/scratch.ts";

function identityTest(name: string, fn: (room: string) => void): void {
  const test = async () => {
    await using room = await Scratch.create();
    fn(room.path);
  };
  const ignore = Deno.build.os !== "linux";
  Deno.test({ name, ignore, fn: test, sanitizeResources: false, sanitizeOps: false });
}

function of(path: string): string {
  const contained: Contained = {
    kind: "contained",
    mounts: { base: "read", operations: [{ kind: "writable", path }], placeholders: [] },
    network: "isolated",
    rules: [],
    cwd: "/",
  };
  return sandboxIdentity(contained);
}

function make(path: string): void {
  assertEquals(loadFileLibrary().calls.mkdirat(-100, cPath(path), 0o755), 0);
}

function remove(path: string): void {
  assertEquals(loadFileLibrary().calls.unlinkat(-100, cPath(path), 0x200), 0);
}

for (const kind of ["text", "bytes"]) {
  identityTest(`a directory made anew is another one: a name of ${kind}`, (room) => {
    const bytes = [...new TextEncoder().encode(`${room}/`), kind === "text" ? 0x61 : 0xff];
    const path = nativeText(new Uint8Array(bytes));
    const missing = of(path);
    assertEquals(of(path), missing);
    const seen = new Set([missing]);
    for (let round = 0; round < 20; round++) {
      make(path);
      assertEquals(of(path), of(path));
      assert(!seen.has(of(path)));
      seen.add(of(path));
      remove(path);
      // Birth is told in milliseconds here.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  });
}

identityTest("what cannot be looked at is never the same", (room) => {
  const path = `${room}/${"n".repeat(300)}`;
  assertNotEquals(of(path), of(path));
});
