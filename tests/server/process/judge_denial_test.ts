/** Whether a sandbox made a command fail is judged by what is kept of its output. @module */

import { assertEquals } from "@std/assert";
import { judgeDenial } from "../../../server/process/judge_denial.ts";
import { OutputLog } from "../../../server/process/output_log.ts";

function verdict(
  exitCode: number,
  pieces: readonly string[],
  { neverRan = false, isTold = true } = {},
) {
  const log = new OutputLog();
  for (const piece of pieces) log.append("stderr", new TextEncoder().encode(piece));
  return judgeDenial({ exitCode, neverRan, log }, {
    system: "linux",
    isNetworkClosed: false,
    isTold,
  });
}

Deno.test("a failure with the words of a denial is one, and a success never", () => {
  const words = ["touch: cannot touch 'x': Read-only ", "file system\n"];
  assertEquals(verdict(1, words), {
    sandboxDenied: true,
    sandboxDenial: { operation: "write", path: "x" },
  });
  assertEquals(verdict(1, words, { isTold: false }), { sandboxDenied: true });
  assertEquals(verdict(0, words), { sandboxDenied: false });
  assertEquals(verdict(1, ["no such luck"]), { sandboxDenied: false });
});

Deno.test("a sandbox that could not be made is a denial, whatever was printed", () => {
  assertEquals(verdict(1, [], { neverRan: true }), {
    sandboxDenied: true,
    sandboxDenial: { operation: "setup" },
  });
});

Deno.test("what the log has forgotten does not count", () => {
  const noise = "x".repeat(1024 * 1024);
  assertEquals(verdict(1, ["permission denied", noise]), { sandboxDenied: false });
  assertEquals(verdict(1, [noise, "permission denied"]).sandboxDenied, true);
});
