/** The pauses between attempts. @module */
import { assertEquals } from "@std/assert";
import { backOff } from "../../client/back_off.ts";
import { ManualClock } from "./manual_clock.ts";

const never = new AbortController().signal;

/** How long the pause before an attempt is. */
async function pause(attempt: number, random: number): Promise<number> {
  const clock = new ManualClock();
  let isOver = false;
  const waiting = backOff(attempt, { clock, random: () => random, signal: never })
    .then(() => isOver = true);
  let waited = 0;
  for (; !isOver; waited++) {
    clock.advance(1);
    await Promise.resolve();
    await Promise.resolve();
  }
  await waiting;
  return waited;
}

Deno.test("Pauses double up to two seconds, and jitter takes up to half of them away", async () => {
  const longest = await Promise.all([0, 1, 2, 3, 4, 5, 9, 100].map((attempt) => pause(attempt, 0)));
  assertEquals(longest.map((ms) => Math.round(ms / 10) * 10), [
    100,
    200,
    400,
    800,
    1600,
    2000,
    2000,
    2000,
  ]);
  assertEquals(Math.round(await pause(5, 1) / 10) * 10, 1000);
});

Deno.test("A pause ends when nobody wants another attempt", async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const waiting = backOff(3, { clock, random: () => 0, signal: stop.signal });
  stop.abort();
  await waiting;
  assertEquals(clock.pending, 0);
});
