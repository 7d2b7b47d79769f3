/** Long work in steps. @module */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { RpcError } from "../../../protocol/errors.ts";
import { Steps } from "../../../server/fs/steps.ts";
import { FakeClock } from "../../support/fake_clock.ts";

Deno.test("Steps.next() lets others have their turn after some time only", async () => {
  const clock = new FakeClock();
  const steps = new Steps({ clock, signal: new AbortController().signal });
  assertEquals(steps.next(), undefined);
  clock.advance(5);
  assertEquals(steps.next(), undefined);
  clock.advance(5);
  const pause = steps.next();
  // Whatever works beside it waits for the same turn.
  assertEquals([pause instanceof Promise, steps.next() === pause, clock.pending], [true, true, 1]);
  clock.advance(0);
  await pause;
  assertEquals(steps.next(), undefined);
});

Deno.test("Steps.nextSmall() looks at the clock now and then", async () => {
  const clock = new FakeClock();
  const steps = new Steps({ clock, signal: new AbortController().signal });
  clock.advance(20);
  const small = Array.from({ length: 64 }, () => steps.nextSmall());
  const pauses = small.filter((pause) => pause !== undefined);
  assertEquals([pauses.length, small.at(-1) instanceof Promise], [1, true]);
  clock.advance(0);
  await Promise.all(pauses);
  assertEquals(steps.nextSmall(), undefined);
});

Deno.test("Steps.next() throws once the connection has ended, also during a pause", async () => {
  const clock = new FakeClock();
  const gone = new AbortController();
  const steps = new Steps({ clock, signal: gone.signal });
  clock.advance(20);
  const pause = steps.next();
  gone.abort();
  clock.advance(0);
  await assertRejects(async () => await pause, RpcError, "The connection has ended");
  assertThrows(() => steps.next(), RpcError, "The connection has ended");
});
