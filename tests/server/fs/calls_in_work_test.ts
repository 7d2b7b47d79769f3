/** What is open is let go of after the last call. @module */

import { assertEquals } from "@std/assert";
import { CallsInWork } from "../../../server/fs/calls_in_work.ts";
import { settle } from "../../support/fake_server.ts";
import { faultOf } from "./file_systems.ts";

Deno.test("CallsInWork.end() settles after the calls in work and lets no other begin", async () => {
  const calls = new CallsInWork();
  const gates = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  const results = gates.map((gate) => calls.run(() => gate.promise));
  let hasEnded = false;
  const ended = calls.end().then(() => void (hasEnded = true));
  assertEquals([calls.isEnding, await faultOf(() => calls.requireOpen())], [true, "EBADF"]);
  assertEquals(await faultOf(() => calls.run(() => Promise.resolve())), "EBADF");
  gates[0]?.resolve(1);
  await settle();
  assertEquals(hasEnded, false);
  gates[1]?.reject(new Error("A failure is an end too"));
  await ended;
  assertEquals((await Promise.allSettled(results)).map(({ status }) => status), [
    "fulfilled",
    "rejected",
  ]);
});

Deno.test("CallsInWork.end() settles at once when nothing is in work", async () => {
  const calls = new CallsInWork();
  assertEquals(await calls.run(() => Promise.resolve(1)), 1);
  await calls.end();
  await calls.end();
});
