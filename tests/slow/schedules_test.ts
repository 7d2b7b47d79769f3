/** Very many random faults, and a cut at every byte; a schedule names its seed, and runs again by it. @module */
import { assertEquals } from "@std/assert";
import { cutEverywhere } from "../client/cut_everywhere.ts";
import { runSchedules } from "../client/schedule.ts";
import { ScheduleServers } from "../client/schedule_servers.ts";

const FIRST = 1000;
const SCHEDULES = 2000;
/** Groups run side by side, each at servers of its own, so that a slow schedule keeps nobody. */
const AT_ONCE = 4;

Deno.test(`${SCHEDULES} schedules of faults lose and repeat nothing in silence`, async () => {
  const sum = await runSchedules({ first: FIRST, count: SCHEDULES, atOnce: AT_ONCE });
  console.log(
    `${sum.runs} runs: ${sum.cuts} cuts, ${sum.freezes} half-open connections, ` +
      `${sum.repetitions} repeated messages, ${sum.restarts} restarts, ${sum.stops} stops; ` +
      `${sum.failures} failures, each explicit`,
  );
});

for (const transport of ["websocket", "unix"] as const) {
  Deno.test(`A cut at any byte of a conversation over ${transport} loses and repeats nothing`, async () => {
    await using servers = await ScheduleServers.create();
    const { boundaries } = await cutEverywhere(servers, { transport, step: 1, atOnce: AT_ONCE });
    console.log(`${boundaries} boundaries`);
    assertEquals(await servers.startedTwice(), []);
  });
}
