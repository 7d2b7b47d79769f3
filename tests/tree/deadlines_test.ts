/** Trees that end because their time is up, or after they were asked to. @module */
import { assertEquals } from "@std/assert";
import type { Peer } from "../support/peer.ts";
import type { ProcessEvent } from "../support/process_events.ts";
import { sharedServer } from "../support/shared_server.ts";
import { startSurvivor } from "./captivity.ts";
import { Habitat } from "./habitat.ts";
import type { Survivor } from "./survivor.ts";
import { survivorsNamed } from "./zoo.ts";

const server = sharedServer();
const leavers = survivorsNamed(["a deaf session leader", "a disowned job", "a stopped leader"]);

for (const survivor of leavers) {
  Deno.test(`timeoutMs ends ${survivor.name}, and says so`, async () => {
    await using peer = await server().session();
    await endsBecause(peer, { survivor, timeoutMs: 300 }, "killed by timeout after 300 ms");
  });
}

Deno.test("idleTimeoutMs ends a silent tree, and says so", async () => {
  await using peer = await server().session();
  for (const survivor of survivorsNamed(["a deaf session leader"])) {
    await endsBecause(
      peer,
      { survivor, idleTimeoutMs: 200 },
      "killed by idle timeout after 200 ms without output or input",
    );
  }
});

Deno.test("idleTimeoutMs lets live what prints now and then", async () => {
  await using peer = await server().session();
  const script = "for n in 1 2 3 4 5 6; do sleep 0.1; echo $n; done; exit 7";
  await peer.call("process/start", {
    processId: "p",
    argv: ["/bin/sh", "-c", script],
    cwd: "file:///",
    env: { PATH: "/usr/bin:/bin" },
    tty: false,
    idleTimeoutMs: 500,
  });
  const { params } = await peer.notification("process/exited");
  assertEquals([params?.exitCode, params?.reason], [7, undefined]);
});

Deno.test("a timeoutMs that is not reached changes nothing", async () => {
  await using peer = await server().session();
  await peer.call("process/start", {
    processId: "p",
    argv: ["/bin/sh", "-c", "exit 3"],
    cwd: "file:///",
    env: {},
    tty: false,
    timeoutMs: 60_000,
    idleTimeoutMs: 60_000,
  });
  const { params } = await peer.notification("process/exited");
  assertEquals([params?.exitCode, params?.reason], [3, undefined]);
});

Deno.test("terminate with a grace period lets a tree end by itself, and kills what is left", async () => {
  await using habitat = await Habitat.create();
  await using peer = await server().session();
  const survivor: Survivor = {
    name: "a program that tidies up and leaves a session",
    // It lets go of the output, or the grace period would be waited for.
    script: 'trap "echo tidied; exit 5" TERM\n' +
      'setsid sh -c \'trap "" TERM; echo "up $$"; exec sleep 600 >/dev/null 2>&1\' & wait',
    escapesGroup: true,
  };
  using captive = await startSurvivor(peer, survivor, { habitat });
  await peer.call("process/terminate", { processId: "p", graceMs: 60_000 });
  const events = await captive.closed();
  assertEquals(printed(events), "tidied\n");
  assertEquals(exitOf(events)?.exitCode, 5);
  await captive.gone();
  await habitat.empty;
});

Deno.test("terminate with a grace period kills a deaf tree when it is over", async () => {
  await using habitat = await Habitat.create();
  await using peer = await server().session();
  const [survivor] = survivorsNamed(["a deaf leader"]);
  if (survivor === undefined) return;
  using captive = await startSurvivor(peer, survivor, { habitat });
  await peer.call("process/terminate", { processId: "p", graceMs: 100 });
  assertEquals(exitOf(await captive.closed())?.exitCode, 137);
  await captive.gone();
  await habitat.empty;
});

Deno.test("a terminate without a grace period cuts a running one short", async () => {
  await using habitat = await Habitat.create();
  await using peer = await server().session();
  const [survivor] = survivorsNamed(["a deaf leader"]);
  if (survivor === undefined) return;
  using captive = await startSurvivor(peer, survivor, { habitat });
  await peer.call("process/terminate", { processId: "p", graceMs: 600_000 });
  await peer.call("process/terminate", { processId: "p" });
  assertEquals(exitOf(await captive.closed())?.exitCode, 137);
  await captive.gone();
});

async function endsBecause(
  peer: Peer,
  { survivor, ...fields }: { survivor: Survivor; timeoutMs?: number; idleTimeoutMs?: number },
  reason: string,
): Promise<void> {
  await using habitat = await Habitat.create();
  using captive = await startSurvivor(peer, survivor, { habitat, ...fields });
  const reasons: unknown[] = [];
  peer.wire.inbox.observe(({ method, params }) => {
    if (method === "process/exited") reasons.push(params?.reason);
  });
  assertEquals(exitOf(await captive.closed())?.exitCode, 137);
  assertEquals(reasons, [reason]);
  await captive.gone();
  await habitat.empty;
}

function printed(events: readonly ProcessEvent[]): string {
  return events.map((event) => event.kind === "output" ? atob(event.chunk) : "").join("");
}

function exitOf(events: readonly ProcessEvent[]) {
  return events.find((event) => event.kind === "exited");
}
