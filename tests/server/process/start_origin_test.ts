/** Which starts count as one. @module */
import { assertEquals } from "@std/assert";
import type { StartParams } from "../../../protocol/methods/process_start.ts";
import { isRepetition, originOf } from "../../../server/process/start_origin.ts";

const params: StartParams = {
  processId: "p",
  argv: ["/bin/sh", "-c", "echo"],
  cwd: "file:///",
  env: { A: "1", B: "2" },
  tty: false,
};

Deno.test("The same parameters by a later connection are a repetition", () => {
  const first = originOf(params, 1);
  assertEquals(isRepetition(originOf({ ...params, env: { A: "1", B: "2" } }, 2), first), true);
  assertEquals(isRepetition(originOf(params, 3), first), true);
});

Deno.test("The same connection, an earlier one, or an unknown start make none", () => {
  const first = originOf(params, 2);
  assertEquals(isRepetition(originOf(params, 2), first), false);
  assertEquals(isRepetition(originOf(params, 1), first), false);
  assertEquals(isRepetition(originOf(params, 3), undefined), false);
});

const changes: readonly Partial<StartParams>[] = [
  { argv: ["/bin/sh", "-c", "ecoh"] },
  { argv: ["/bin/sh", "-c echo"] },
  { cwd: "file:///a" },
  { env: { A: "2", B: "1" } },
  { env: { A: "1", B: "2", C: "" } },
  { tty: true },
  { timeoutMs: 5 },
];

for (const change of changes) {
  Deno.test(`Another ${JSON.stringify(change)} is another start`, () => {
    const again = originOf({ ...params, ...change }, 2);
    assertEquals(isRepetition(again, originOf(params, 1)), false);
  });
}
