/** Nothing stays behind when the server ends, in whatever way. @module */
import { assertEquals } from "@std/assert";
import { within } from "../support/deadline.ts";
import type { Peer } from "../support/peer.ts";
import { launchServer, launchStdio } from "../support/server_process.ts";
import { type Captive, startSurvivor } from "./captivity.ts";
import { Habitat } from "./habitat.ts";
import { type Survivor, whyNot } from "./survivor.ts";
import { survivorsNamed } from "./zoo.ts";

const hardest = survivorsNamed([
  "a child that is deaf to signals",
  "a stopped leader",
  "a background child whose parent has ended",
  "a deaf session leader",
  "a daemon: setsid, two forks, chdir /, no standard streams",
  "a daemon that closes every descriptor",
  "a session without environment",
  "a stopped session leader",
  "a chain of ten sessions",
  "a disowned job",
  "a namespace of process ids",
  "two processes that restart each other",
  "an ssh agent",
  "a job in a terminal that is deaf to the hang-up",
]).filter((survivor) => whyNot(survivor) === undefined);

for (const signal of ["SIGTERM", "SIGINT", "SIGKILL"] as const) {
  Deno.test(`the end of the server by ${signal} leaves nothing behind`, async () => {
    await using server = await launchServer();
    await using peer = await server.session();
    await leavesNothing(peer, hardest, async () => {
      await server.endBy(signal);
    });
  });
}

Deno.test("the end of the server's standard input leaves nothing behind", async () => {
  await using server = await launchStdio();
  await server.peer.handshake();
  await leavesNothing(server.peer, hardest, async () => {
    await server.peer.drop();
    const { code } = await within(server.status, "the server to end");
    assertEquals(code, 0);
  });
});

Deno.test("a SIGKILL of a server on standard streams leaves nothing behind", async () => {
  await using server = await launchStdio();
  await server.peer.handshake();
  await leavesNothing(server.peer, hardest, async () => {
    server.kill("SIGKILL");
    await within(server.status, "the server to end");
  });
});

Deno.test("what ended before the server did is no trouble to its end", async () => {
  await using server = await launchServer();
  await using peer = await server.session();
  await peer.call("process/start", {
    processId: "short",
    argv: ["/bin/true"],
    cwd: "file:///",
    env: {},
    tty: false,
  });
  await peer.notification("process/closed");
  const { code } = await server.endBy("SIGTERM");
  assertEquals(code, 0);
});

/** Starts survivors side by side, each with a place of its own, and waits for the end of all. */
async function leavesNothing(
  peer: Peer,
  survivors: readonly Survivor[],
  endServer: () => Promise<void>,
): Promise<void> {
  await using habitat = await Habitat.create();
  const captives: Captive[] = [];
  try {
    for (const [index, survivor] of survivors.entries()) {
      captives.push(await startSurvivor(peer, survivor, { habitat, processId: `p${index}` }));
    }
    await endServer();
    for (const captive of captives) await captive.gone();
    await habitat.empty;
  } finally {
    await habitat.clear(captives.flatMap(({ lives }) => lives));
    for (const captive of captives) captive[Symbol.dispose]();
  }
}
