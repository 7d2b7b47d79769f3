/** What holds on a machine that cannot make sandboxes. @module */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { reasonNotToTest, sandboxTest } from "../escapes/enforcement.ts";
import { crippledHosts } from "./hosts.ts";
import { tryHost } from "./try_host.ts";

const notEnforced = await reasonNotToTest();
const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;

/** Registers a test for each machine.
 * @param isSlow those on which a trial takes all the time it has, or the others */
export function testRefusals(isSlow: boolean): void {
  for (const host of crippledHosts.filter((host) => (host.isSlow ?? false) === isSlow)) {
    const rightsMissing = host.rootOnly === true && !isRoot ? "needs root" : undefined;
    sandboxTest(`a start is refused where ${host.what}`, notEnforced ?? rightsMissing, async () => {
      const { refusal, again, fileRefusal, ran, plain } = await tryHost(host);
      assertEquals(plain, "fine\n");
      assertEquals(ran, false);
      assert(refusal !== undefined, "the start was not refused");
      assertEquals(again, refusal);
      assertMatch(refusal, host.blocker);
      assertMatch(refusal, host.remedy);
      assert(fileRefusal !== undefined, "the file call was not refused");
    });
  }
}
