/** Checks of `process/signal` and `process/terminate`. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { makeFifo, writersGone } from "../support/fifo.ts";
import { start, startShell, terminate } from "../support/process_calls.ts";
import { nextOutput, outcome } from "../support/process_events.ts";
import { sharedServer } from "../support/shared_server.ts";
import { check } from "./check.ts";

const server = sharedServer();

check("59: an interrupt ends `sleep` with 130", async () => {
  await using peer = await server().session();
  await start(peer, ["/bin/sleep", "30"]);
  assertEquals(await peer.call("process/signal", { processId: "p", signal: "interrupt" }), {});
  assertEquals((await outcome(peer)).exitCode, 130);
});

check("59: an interrupt reaches the whole group, and a trap may handle it", async () => {
  await using peer = await server().session();
  // The shell runs its trap only when the program in the foreground has ended.
  await startShell(peer, "trap 'echo trapped; exit 7' INT; echo up; sleep 30");
  assertEquals(await nextOutput(peer), "up\n");
  await peer.call("process/signal", { processId: "p", signal: "interrupt" });
  const { stdout, exitCode } = await outcome(peer, "p", 2);
  assertEquals([stdout, exitCode], ["trapped\n", 7]);
});

check("60: terminate kills at once, though TERM is trapped", async () => {
  await using peer = await server().session();
  await startShell(peer, "trap '' TERM HUP INT; echo up; while :; do sleep 1; done");
  assertEquals(await nextOutput(peer), "up\n");
  assertEquals(await terminate(peer), true);
  assertEquals((await outcome(peer, "p", 2)).exitCode, 137);
});

check("60: terminate ends every member of the group", async () => {
  await using peer = await server().session();
  const lifeline = await makeFifo(join(server().root, "lifeline-60"));
  const gone = writersGone(lifeline);
  await startShell(peer, `exec 9>${lifeline}; (trap '' TERM; sleep 30) & echo up; wait`);
  assertEquals(await nextOutput(peer), "up\n");
  await terminate(peer);
  await gone;
  await outcome(peer, "p", 2);
});

check("60: `closed` follows a terminate though an escaped child holds the output", async () => {
  await using peer = await server().session();
  await startShell(peer, "setsid sleep 3 & echo up; wait");
  assertEquals(await nextOutput(peer), "up\n");
  const before = performance.now();
  await terminate(peer);
  assertEquals((await outcome(peer, "p", 2)).exitCode, 137);
  const elapsed = performance.now() - before;
  assertEquals(elapsed < 2500, true, `closed after ${elapsed} ms`);
});

check("61: terminate tells whether the process was running", async () => {
  await using peer = await server().session();
  assertEquals(await terminate(peer, "nobody"), false);
  await start(peer, ["/bin/true"]);
  await outcome(peer);
  assertEquals(await terminate(peer), false);
});

check("61: an interrupt for nobody is no error, another signal is", async () => {
  await using peer = await server().session();
  assertEquals(await peer.call("process/signal", { processId: "x", signal: "interrupt" }), {});
  for (const signal of ["kill", "INT", "", 2, null]) {
    const failure = await peer.refused("process/signal", { processId: "x", signal });
    assertEquals(failure.code, -32602);
  }
  const unknown = await peer.refused("process/signal", { processId: "x", signal: "kill" });
  assertStringIncludes(unknown.message, "unknown variant `kill`, expected `interrupt`");
});

for (const [signal, code] of [["TERM", 143], ["KILL", 137], ["SEGV", 139], ["HUP", 129]] as const) {
  check(`a program that ends by ${signal} reports ${code}`, async () => {
    await using peer = await server().session();
    await startShell(peer, `kill -${signal} $$`);
    assertEquals((await outcome(peer)).exitCode, code);
  });
}

check("an exit status of 255 is reported as it is", async () => {
  await using peer = await server().session();
  await startShell(peer, "exit 255");
  assertEquals((await outcome(peer)).exitCode, 255);
});
