/** A grace period is cut short by nobody else's end. @module */

import { assertEquals } from "@std/assert";
import { startShell, terminate, write } from "../../support/process_calls.ts";
import { nextOutput, outcome } from "../../support/process_events.ts";
import { sharedServer } from "../../support/shared_server.ts";

const server = sharedServer();
/** What it waits for holds no output: a `sleep` that the signal just missed must not delay the end. */
const TIDY = "trap 'echo asked; read -r go; echo tidied; exit 5' TERM; echo up; " +
  "while :; do sleep 600 >/dev/null 2>&1 & wait; done";

for (const whose of ["its own", "another"] as const) {
  Deno.test(`a grace period outlasts the kill of a process of ${whose} session`, async () => {
    await using peer = await server().session();
    await using other = await server().session();
    await startShell(peer, TIDY, { processId: "tidy", pipeStdin: true });
    assertEquals(await nextOutput(peer, "tidy"), "up\n");
    const asked = { processId: "tidy", graceMs: 600_000 };
    assertEquals(await peer.call("process/terminate", asked), { running: true });
    assertEquals(await nextOutput(peer, "tidy"), "asked\n");

    const killer = whose === "its own" ? peer : other;
    await startShell(killer, "echo up; exec sleep 600", { processId: "victim" });
    assertEquals(await terminate(killer, "victim"), true);
    assertEquals((await outcome(killer, "victim")).exitCode, 137);

    assertEquals(await write(peer, "go\n", "1", "tidy"), "accepted");
    const { stdout, exitCode } = await outcome(peer, "tidy", 3);
    assertEquals([stdout, exitCode], ["tidied\n", 5]);
  });
}
