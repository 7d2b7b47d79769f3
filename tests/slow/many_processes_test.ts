/** Thousands of processes leave a server as it was. @module */
import { assertEquals } from "@std/assert";
import { pause } from "../support/deadline.ts";
import type { Peer } from "../support/peer.ts";
import { startParams } from "../support/process_calls.ts";
import { outcome } from "../support/process_events.ts";
import { launchServer, type ServerProcess } from "../support/server_process.ts";
import { type ServerResources, serverResources } from "./server_resources.ts";

const SEQUENTIAL = 2000;
const CONCURRENT = 500;
const IDLE = 200;
const IDLE_KIB_EACH = 24;
// Ended processes are remembered for 80 seconds. The rest is the garbage collector's mood.
const RETENTION_MS = 80_000;
const RETAINED_KIB_EACH = 10;
const SLACK_KIB = 12 * 1024;

for (const tty of [false, true]) {
  const kind = tty ? "terminals" : "pipes";

  Deno.test(`${SEQUENTIAL} processes with ${kind}, one after another, leave nothing behind`, async () => {
    await using server = await launchServer();
    await using peer = await server.session();
    await leavesNothing(server, SEQUENTIAL, async (round) => {
      for (let index = 0; index < SEQUENTIAL; index++) {
        await runTrue(peer, `${round}-${index}`, tty);
      }
    });
  });

  Deno.test(`${CONCURRENT} processes with ${kind} at once leave nothing behind`, async () => {
    await using server = await launchServer();
    await using peer = await server.session();
    await leavesNothing(server, CONCURRENT, async (round) => {
      const ids = Array.from({ length: CONCURRENT }, (_, index) => `${round}-${index}`);
      await Promise.all(ids.map((id) => runTrue(peer, id, tty)));
    });
  });

  Deno.test(`${CONCURRENT} terminated trees with ${kind} leave nothing behind`, async () => {
    await using server = await launchServer();
    await using peer = await server.session();
    await leavesNothing(server, CONCURRENT, async (round) => {
      const ids = Array.from({ length: CONCURRENT }, (_, index) => `${round}-${index}`);
      await Promise.all(ids.map((id) => endTree(peer, id, tty)));
    });
  });
}

Deno.test(`${SEQUENTIAL} processes need no memory once they are forgotten`, async () => {
  await using server = await launchServer();
  await using peer = await server.session();
  const batch = async (round: number) => {
    for (let index = 0; index < SEQUENTIAL; index++) {
      await runTrue(peer, `${round}-${index}`, false);
    }
    return (await serverResources(server.pid)).residentKiB;
  };
  const first = await batch(1);
  await pause(RETENTION_MS + 1000);
  const growth = await batch(2) - first;
  assertEquals(growth <= SLACK_KIB, true, `memory grew by ${growth} KiB, of ${SLACK_KIB}`);
});

Deno.test("refused starts leave nothing behind", async () => {
  await using server = await launchServer();
  await using peer = await server.session();
  await leavesNothing(server, 0, async (round) => {
    for (let index = 0; index < SEQUENTIAL; index++) {
      const tty = index % 2 === 0;
      const params = startParams(peer, ["/no/such/program"], { processId: `${round}-${index}` });
      await peer.refused("process/start", { ...params, tty });
    }
  });
});

Deno.test(`${IDLE} idle processes cost at most ${IDLE_KIB_EACH} KiB each`, async () => {
  await using server = await launchServer();
  await using peer = await server.session();
  // Code that runs for the first time costs memory once.
  await startIdle(peer, "warm", 20);
  const before = await serverResources(server.pid);
  await startIdle(peer, "idle", IDLE);
  const after = await serverResources(server.pid);
  const each = (after.residentKiB - before.residentKiB) / IDLE;
  assertEquals(each <= IDLE_KIB_EACH, true, `${each} KiB each`);
});

/** Does something twice; what the server takes afterwards must be what it took in between.
 * @param count processes that are remembered for each time */
async function leavesNothing(
  server: ServerProcess,
  count: number,
  work: (round: number) => Promise<void>,
): Promise<void> {
  await work(1);
  const before = await serverResources(server.pid);
  await work(2);
  const after = await serverResources(server.pid);
  const bounded = ({ descriptors, zombies }: ServerResources) => ({ descriptors, zombies });
  assertEquals(bounded(after), bounded(before));
  assertEquals(after.zombies, 0);
  assertEquals(
    after.threads <= before.threads,
    true,
    `${before.threads} → ${after.threads} threads`,
  );
  const growth = after.residentKiB - before.residentKiB;
  const most = SLACK_KIB + RETAINED_KIB_EACH * count;
  assertEquals(growth <= most, true, `memory grew by ${growth} KiB, of ${most}`);
}

async function runTrue(peer: Peer, processId: string, tty: boolean): Promise<void> {
  await peer.call("process/start", { ...startParams(peer, ["/bin/true"], { processId }), tty });
  assertEquals((await outcome(peer, processId)).exitCode, 0);
}

async function endTree(peer: Peer, processId: string, tty: boolean): Promise<void> {
  const script = "setsid sleep 60 & sleep 60 & echo up; wait";
  const params = startParams(peer, ["/bin/sh", "-c", script], { processId });
  await peer.call("process/start", { ...params, tty });
  await peer.notification("process/output", (event) => event.processId === processId);
  await peer.call("process/terminate", { processId });
  await peer.notification("process/closed", (event) => event.processId === processId, 60_000);
}

async function startIdle(peer: Peer, name: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const params = startParams(peer, ["/bin/sleep", "600"], { processId: `${name}-${index}` });
    await peer.call("process/start", params);
  }
}
