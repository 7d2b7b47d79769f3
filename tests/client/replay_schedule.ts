/** Runs one schedule again by its seed, as often as is asked for: `SEED [TIMES]`. @module */
import { planOf } from "./schedule_plan.ts";
import { runSchedule } from "./schedule.ts";
import { ScheduleServers } from "./schedule_servers.ts";

const [seed = NaN, times = 1] = Deno.args.map(Number);
if (!Number.isInteger(seed)) {
  console.error("Usage: deno run -A tests/client/replay_schedule.ts SEED [TIMES]");
  Deno.exit(2);
}
console.log(JSON.stringify(planOf(seed), null, 2));
await using servers = await ScheduleServers.create();
for (let at = 0; at < times; at++) console.log(JSON.stringify(await runSchedule(servers, seed)));
