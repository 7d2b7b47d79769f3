/** No attempt to escape succeeds: those that take no time; all of them are in tests/slow. @module */

import { assertEquals } from "@std/assert";
import { allAttempts } from "./escapes/all.ts";
import type { Attempt } from "./escapes/attempt.ts";
import { reasonNotToTest, sandboxTest } from "./escapes/enforcement.ts";
import { expectedEscapes } from "./escapes/expected.ts";
import { plainCalls, plainWork } from "./escapes/plain_work.ts";
import { runSuite } from "./escapes/suite.ts";

Deno.test("every attempt has a name of its own, and every exception an attempt", () => {
  const ids = allAttempts.map(({ id }) => id);
  const doubles = ids.filter((id, index) => ids.indexOf(id) !== index);
  assertEquals(doubles, []);
  assertEquals([...expectedEscapes.keys()].filter((id) => !ids.includes(id)), []);
});

sandboxTest("no quick attempt escapes", await reasonNotToTest(), async () => {
  const { findings } = await runSuite({ uid: Deno.uid() ?? 0, only: isQuick });
  const escaped = findings
    .filter(({ attempt, proofs }) => proofs.length > 0 && !expectedEscapes.has(attempt.id))
    .map(({ attempt, proofs }) => `${attempt.id}: ${proofs[0]}`);
  assertEquals(escaped, []);
});

sandboxTest(
  "every policy of the suite permits what it grants",
  await reasonNotToTest(),
  async () => {
    const { findings } = await runSuite({
      uid: Deno.uid() ?? 0,
      of: [...plainWork, ...plainCalls],
    });
    const blocked = findings
      .filter(({ proofs }) => proofs.length === 0)
      .map(({ attempt, detail }) => `${attempt.id}: ${detail}`);
    assertEquals(blocked, []);
  },
);

/** Neither waits nor repeats itself: one or two short commands. */
function isQuick({ steps }: Attempt): boolean {
  return steps.length <= 2 && steps.every((step) => {
    if ((step.times ?? 1) > 1) return false;
    return step.kind === "call" || (step.background !== true && step.argv[0] !== "python3");
  });
}
