/** No attempt to escape succeeds, as root and as somebody; and without a sandbox all of them do. @module */

import { assertEquals } from "@std/assert";
import { reasonNotToTest, sandboxTest } from "../sandbox/escapes/enforcement.ts";
import { expectedEscapes } from "../sandbox/escapes/expected.ts";
import type { Finding } from "../sandbox/escapes/perform.ts";
import {
  hasTool,
  NOBODY_UID,
  runSuite,
  type SuiteOptions,
  type SuiteOutcome,
} from "../sandbox/escapes/suite.ts";

const caller = Deno.uid() ?? 0;
const notEnforced = await reasonNotToTest();
const notRoot = caller === 0 ? undefined : "only root can become somebody else";
const noTools = Deno.build.os === "linux" && await hasTool("python3") && await hasTool("git") &&
    await hasTool("unshare")
  ? undefined
  : "needs Linux with python3, git and unshare";

sandboxTest("no attempt escapes", notEnforced, () => nothingEscapes({ uid: caller }));

sandboxTest(
  "no attempt escapes from a server without rights",
  notEnforced ?? notRoot,
  () => nothingEscapes({ uid: NOBODY_UID }),
);

sandboxTest(
  "without a sandbox every attempt succeeds",
  noTools ?? (caller === 0 ? undefined : "only root can give the server a world of its own"),
  () => everythingEscapes({ uid: caller }),
);

sandboxTest(
  "without a sandbox and without rights every attempt for anybody succeeds",
  noTools ?? notRoot,
  () => everythingEscapes({ uid: NOBODY_UID }),
);

async function nothingEscapes(options: SuiteOptions): Promise<void> {
  const outcome = await runSuite(options);
  report("blocked", outcome);
  const escaped = outcome.findings.filter(({ attempt, proofs }) =>
    proofs.length > 0 && !expectedEscapes.has(attempt.id)
  );
  assertEquals(escaped.map(describe), []);
}

async function everythingEscapes(options: SuiteOptions): Promise<void> {
  const outcome = await runSuite({ ...options, control: true });
  report("shown to work", outcome);
  const blocked = outcome.findings.filter(({ attempt, proofs, unsupported }) =>
    proofs.length === 0 && !unsupported && attempt.control !== "chance"
  );
  assertEquals(blocked.map(describe), []);
}

function report(what: string, { findings, skipped }: SuiteOutcome): void {
  const reasons = Map.groupBy(skipped, ({ reason }) => reason);
  const counts = [...reasons].map(([reason, all]) => `${all.length}: ${reason}`);
  console.log(`${findings.length} attempts ${what}; ${skipped.length} left out`, counts);
}

function describe({ attempt, proofs, detail }: Finding): string {
  return `${attempt.id}: ${proofs[0] ?? detail}`;
}
