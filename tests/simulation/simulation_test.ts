/** A few of very many schedules, and proof that the same seed is the same schedule. @module */
import { assertEquals } from "@std/assert";
import { runSchedule } from "./run_schedule.ts";
import { runSchedules } from "./run_schedules.ts";

const SCHEDULES = 300;

Deno.test(`${SCHEDULES} simulated schedules lose, repeat and leave nothing`, async () => {
  const totals = await runSchedules(1, SCHEDULES);
  assertEquals(totals.schedules, SCHEDULES);
  // Schedules in which nothing went wrong would prove little.
  assertEquals(totals.cuts > SCHEDULES && totals.restarts > 10, true);
});

Deno.test("The same seed is the same schedule, event by event", async () => {
  for (const seed of [3, 58, 1312]) {
    const [once, again]: [string[], string[]] = [[], []];
    await runSchedule(seed, { trace: once });
    await runSchedule(seed, { trace: again });
    assertEquals(once.length > 20, true);
    assertEquals(again, once);
  }
});
