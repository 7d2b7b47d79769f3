/** Plays one schedule, and prints all that happens: `deno run -A tests/simulation/replay.ts SEED`. @module */
import { runSchedule } from "./run_schedule.ts";

if (import.meta.main) {
  const seed = Number(Deno.args[0]);
  if (!Number.isInteger(seed)) {
    console.error("Say which schedule: deno run -A tests/simulation/replay.ts SEED");
    Deno.exit(2);
  }
  const trace: string[] = [];
  const { plan, violations, failures, steps } = await runSchedule(seed, { trace });
  console.log(JSON.stringify(plan, null, 2));
  for (const line of trace) console.log(line);
  console.log(
    `${steps} events; explicit failures: ${JSON.stringify(Object.fromEntries(failures))}`,
  );
  for (const violation of violations) console.log(`WRONG: ${violation}`);
  Deno.exit(violations.length === 0 ? 0 : 1);
}
