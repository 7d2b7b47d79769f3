/** Everyday work goes on inside a sandbox: what takes no time; projects are in tests/slow. @module */

import { assertEquals } from "@std/assert";
import { reasonNotToTest, sandboxTest } from "./escapes/enforcement.ts";
import { runPositive } from "./positive/suite.ts";

sandboxTest("everyday programs work in a sandbox", await reasonNotToTest(), async () => {
  const outcomes = await runPositive({ uid: Deno.uid() ?? 0, only: ({ slow }) => !slow });
  assertEquals(outcomes.filter(({ verdict }) => verdict === "fails"), []);
});
