/** The reason a process ended for is told only when the server ended it. @module */

import { assertEquals } from "@std/assert";
import { read } from "../../../server/process/read.ts";
import { start } from "../../../server/process/start.ts";
import { fakeCall } from "../../support/fake_call.ts";

const params = {
  processId: "p",
  argv: ["x"],
  cwd: "file:///",
  env: {},
  tty: false,
  timeoutMs: 100,
};

Deno.test("process/read tells no reason when the time ran out after the exit", async () => {
  const call = fakeCall();
  start(params, call);
  const child = call.spawner.last;
  child.exit(3);
  call.clock.advance(100);
  // Whatever still holds the output is ended all the same.
  assertEquals(child.signals, [9]);
  child.close();
  const { exitCode, reason, closed } = await read({ processId: "p" }, call);
  assertEquals([exitCode, reason, closed], [3, undefined, true]);
});

Deno.test("process/read tells the reason when the time ran out before the exit", async () => {
  const call = fakeCall();
  start(params, call);
  call.clock.advance(100);
  call.spawner.last.exit(0, 9);
  const { exitCode, reason } = await read({ processId: "p" }, call);
  assertEquals([exitCode, reason], [137, "killed by timeout after 100 ms"]);
});
