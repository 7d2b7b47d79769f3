/** Work goes on inside a sandbox, whole projects included, as root and as somebody. @module */

import { assertEquals } from "@std/assert";
import { reasonNotToTest, sandboxTest } from "../sandbox/escapes/enforcement.ts";
import { NOBODY_UID } from "../sandbox/escapes/suite.ts";
import { runPositive } from "../sandbox/positive/suite.ts";

const caller = Deno.uid() ?? 0;
const notEnforced = await reasonNotToTest();

sandboxTest("projects are built and tested in a sandbox", notEnforced, () => {
  return everythingWorks(caller);
});

sandboxTest(
  "the same by a server without rights",
  notEnforced ?? (caller === 0 ? undefined : "only root can become somebody else"),
  () => everythingWorks(NOBODY_UID),
);

async function everythingWorks(uid: number): Promise<void> {
  const outcomes = await runPositive({ uid, only: () => true });
  assertEquals(outcomes.filter(({ verdict }) => verdict === "fails"), []);
}
