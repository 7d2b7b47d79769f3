/** Very many simulated schedules; one that goes wrong names its seed, and is played again by it. @module */
import { assertEquals } from "@std/assert";
import { runSchedules } from "../simulation/run_schedules.ts";

const FIRST = 100_000;
const SCHEDULES = 20_000;

Deno.test(`${SCHEDULES} simulated schedules lose, repeat and leave nothing`, async () => {
  const totals = await runSchedules(FIRST, SCHEDULES);
  console.log(JSON.stringify(totals));
  assertEquals(totals.schedules, SCHEDULES);
});
