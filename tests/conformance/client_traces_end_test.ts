/** How the reference client leaves a server that it started: by everything at once. @module */
import { assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import { startShell } from "../support/process_calls.ts";
import { launchStdio } from "../support/server_process.ts";
import { check } from "./check.ts";

const ROUNDS = 6;
const PROCESSES = 40;

check("stdio: SIGTERM right after the end of stdin does not spoil the exit status", async () => {
  const codes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await using server = await launchStdio();
    const { peer } = server;
    await peer.handshake();
    // Ending them takes the server a moment, in which the signal arrives.
    for (let index = 0; index < PROCESSES; index++) {
      await startShell(peer, "exec sleep 1000", { processId: `p${index}` });
    }
    await peer.wire.closeInput();
    server.kill("SIGTERM");
    codes.push((await within(server.status, "the server to end")).code);
  }
  assertEquals(codes, Array(ROUNDS).fill(0));
});
