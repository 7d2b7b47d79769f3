/** A start whose answer stays away for longer than a server remembers what it started. @module */
import { assertEquals } from "@std/assert";
import { calmPlanWith, calmProgram } from "./calm_plan.ts";
import type { Fault, Plan } from "./plan.ts";
import { runSchedule } from "./run_schedule.ts";

const cut: Fault = {
  kind: "cut",
  afterArrivals: undefined,
  afterMs: 0,
  durationMs: 1,
  noticed: "nobody",
};

/** Nobody is told, so each cut costs 20 s; the outage takes up most of the first recovery. */
function planWith(outageMs: number): Plan {
  const program = { ...calmProgram, copies: 0 };
  const faults: Fault[] = [
    // The start has arrived, its answer has not.
    { ...cut, afterArrivals: 4 },
    { ...cut, kind: "outage", afterMs: 15_000, durationMs: outageMs },
    // The answer to the second handshake has arrived; what is asked for again has not.
    { ...cut, afterArrivals: 6 },
  ];
  return { ...calmPlanWith({ program, hasStdin: false, pieces: [] }), faults };
}

Deno.test("A start is asked for again while the server surely remembers it", async () => {
  const outcome = await runSchedule(1, { change: () => planWith(1000) });
  assertEquals(outcome.violations, []);
  assertEquals([outcome.programs, outcome.failures.size], [1, 0]);
});

Deno.test("A start is not asked for again once the server may have forgotten it", async () => {
  const outcome = await runSchedule(1, { change: () => planWith(45_000) });
  // What became of it is unknown, and said to be: a second start would be worse.
  assertEquals(outcome.violations, []);
  assertEquals([outcome.programs, [...outcome.failures.keys()]], [1, ["disconnected"]]);
});
