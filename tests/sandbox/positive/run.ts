/** Runs the positive suite by hand: `run.ts TARGET [--user] [--control] [--only ID]`. @module */

import { parseArgs } from "@std/cli/parse-args";
import { NOBODY_UID } from "../escapes/suite.ts";
import { runPositive } from "./suite.ts";

/** Prints a line for each case.
 * @returns the exit status: 1 when a case fails */
async function main(): Promise<number> {
  const flags = parseArgs(Deno.args, { boolean: ["user", "control"], string: ["only"] });
  const [target = "ours"] = flags._.map(String);
  Deno.env.set("EXEC_SERVER_TARGET", target);
  const only = typeof flags.only === "string" ? flags.only : "";
  const outcomes = await runPositive({
    uid: flags.user === true ? NOBODY_UID : Deno.uid() ?? 0,
    control: flags.control === true,
    only: ({ id }) => id.includes(only),
  });
  for (const { id, verdict, reason } of outcomes) {
    console.log(
      `${verdict.padEnd(8)} ${id.padEnd(38)} ${reason.replaceAll("\n", " | ").slice(0, 200)}`,
    );
  }
  const failed = outcomes.filter(({ verdict }) => verdict === "fails").length;
  console.log(`${outcomes.length} cases against ${target}: ${failed} fail`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
