/** The one last line that counts tests, read from summaries as Deno writes them. @module */

import { assertEquals } from "@std/assert";
import { countsLine, finalCounts } from "../../tools/test_counts.ts";

Deno.test("finalCounts() reads the last summary, colours and steps or not", () => {
  const text = "ok | 1 passed | 0 failed (1ms)\n" +
    "\n\u001b[0m\u001b[32mok\u001b[0m | 66 passed (3 steps) | 0 failed | 2 ignored (29ms)\n";
  assertEquals(finalCounts(text, true), { passed: 66, failed: 0, skipped: 2 });
});

Deno.test("finalCounts() counts a failure that no summary tells of", () => {
  assertEquals(finalCounts("error: Uncaught", false), { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("finalCounts() takes the failures of a failed run from its summary", () => {
  const text = "FAILED | 4 passed | 3 failed (78ms)\n\nerror: Test failed\n";
  assertEquals(finalCounts(text, false), { passed: 4, failed: 3, skipped: 0 });
});

Deno.test("countsLine() mentions skipped tests only when there are some", () => {
  assertEquals(countsLine({ passed: 2, failed: 1, skipped: 0 }), "2 passed, 1 failed");
  assertEquals(countsLine({ passed: 2, failed: 0, skipped: 3 }), "2 passed, 0 failed, 3 skipped");
});
