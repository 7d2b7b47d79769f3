/** Random faults at our server, a few of very many; see the slow suite for the rest. @module */
import { targetName } from "../support/target.ts";
import { runSchedules } from "./schedule.ts";

const SEEDS = 24;

Deno.test({
  name:
    "Whatever fails when, every byte comes once and in order, or the session is said to be lost",
  // The reference's detached sessions forget what exceeds their window.
  ignore: targetName() === "reference",
  async fn() {
    await runSchedules({ first: 1, count: SEEDS, atOnce: 2 });
  },
});
