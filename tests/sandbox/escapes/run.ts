/** Runs the escape suite by hand: `run.ts TARGET [--user] [--control] [--plain] [--only ID]`. @module */

import { parseArgs } from "@std/cli/parse-args";
import { expectedEscapes } from "./expected.ts";
import type { Finding } from "./perform.ts";
import { plainCalls, plainWork } from "./plain_work.ts";
import { NOBODY_UID, runSuite } from "./suite.ts";

/** Prints a line for each attempt, and the number of escapes.
 * @returns the exit status: 1 when an attempt escaped that should not, or, in a control run, when
 * one did not */
async function main(): Promise<number> {
  const flags = parseArgs(Deno.args, {
    boolean: ["user", "control", "quiet", "plain"],
    string: ["only", "server-arg"],
    collect: ["server-arg"],
  });
  const [target = "ours"] = flags._.map(String);
  Deno.env.set("EXEC_SERVER_TARGET", target);
  const only = typeof flags.only === "string" ? flags.only : "";
  const control = flags.control === true;
  const mustSucceed = control || flags.plain === true;
  const given = flags["server-arg"];
  const { findings, skipped } = await runSuite({
    uid: flags.user === true ? NOBODY_UID : Deno.uid() ?? 0,
    control,
    args: Array.isArray(given) ? given.map(String) : [],
    ...flags.plain === true ? { of: [...plainWork, ...plainCalls] } : {},
    only: ({ id }) => id.includes(only),
  });
  for (const finding of findings) {
    if (flags.quiet !== true || isNoteworthy(finding, mustSucceed)) console.log(line(finding));
  }
  if (flags.quiet !== true) {
    for (const { attempt, reason } of skipped) console.log(`skipped  ${attempt.id}: ${reason}`);
  }
  const escaped = findings.filter(({ proofs }) => proofs.length > 0);
  const bad = findings.filter((finding) => isNoteworthy(finding, mustSucceed));
  console.log(
    `${findings.length} attempts against ${target}: ${escaped.length} escaped, ` +
      `${bad.length} not as expected, ${skipped.length} skipped`,
  );
  return bad.length === 0 ? 0 : 1;
}

function isNoteworthy(finding: Finding, mustSucceed: boolean): boolean {
  const { attempt, proofs, unsupported } = finding;
  if (mustSucceed) return proofs.length === 0 && !unsupported && attempt.control !== "chance";
  return proofs.length > 0 && !expectedEscapes.has(attempt.id);
}

function line({ attempt, proofs, detail }: Finding): string {
  const verdict = proofs.length > 0 ? "ESCAPED " : "ok      ";
  const why = proofs.length > 0 ? proofs.slice(0, 3).join("; ") : detail;
  return `${verdict} ${attempt.id.padEnd(44)} ${attempt.policy.padEnd(9)} ${why.slice(0, 150)}`;
}

if (import.meta.main) Deno.exit(await main());
