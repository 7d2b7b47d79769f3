/** Very many random cuts of the connection; a schedule names its seed, and runs again by it. @module */
import { sharedServer } from "../support/shared_server.ts";
import { runSchedule } from "../client/schedule.ts";

const server = sharedServer();
const FIRST = 1000;
const SCHEDULES = 2000;
/** Groups run side by side, so that a slow schedule keeps nobody. */
const AT_ONCE = 4;

Deno.test(`${SCHEDULES} schedules of cuts lose and repeat nothing`, async () => {
  let next = FIRST;
  async function work(): Promise<void> {
    while (next < FIRST + SCHEDULES) await runSchedule(server().url, next++);
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
});
