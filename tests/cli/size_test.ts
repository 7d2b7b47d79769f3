/** Sizes are read exactly, and limits that cannot be kept stop the server before it listens. @module */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { readSize } from "../../cli/size.ts";
import { UsageError } from "../../cli/usage_error.ts";
import { canLimit } from "../../server/sandbox/control_groups.ts";
import { runToEnd } from "../support/server_process.ts";

Deno.test("readSize takes bytes and powers of 1024", () => {
  assertEquals(["1", "2K", "512M", "4G"].map(readSize), [1, 2048, 536_870_912, 4_294_967_296]);
});

Deno.test("readSize refuses what is no size", () => {
  for (
    const text of ["", "0", "0M", "-1", "1.5G", "1 G", "M", "1T", "512MiB", "9007199254740993"]
  ) {
    assertThrows(() => readSize(text), UsageError, `"${text}" is no size`);
  }
});

Deno.test("a limit without a number is a mistake in the flags", async () => {
  const { code, stderr } = await runToEnd(["--sandbox-processes", "many"]);
  assertEquals(code, 2);
  assert(stderr.includes('Invalid value "many" for --sandbox-processes: wanted a number from 1'));
});

const possible = canLimit();
Deno.test({
  name: "a server that cannot limit does not start, and says why in one sentence",
  // Where it can, it would start.
  ignore: "ok" in possible,
  async fn() {
    if ("ok" in possible) return;
    const limits = ["--sandbox-memory", "1G", "--sandbox-processes", "9"];
    const { code, stdout, stderr } = await runToEnd(limits);
    assertEquals([code, stdout], [1, ""]);
    // Which process is in the way, if one is, differs from here.
    assert(stderr.startsWith("Error: Cannot limit sandboxed commands: "), stderr);
    assert(stderr.endsWith(`; ${possible.remedy}\n`), stderr);
  },
});
