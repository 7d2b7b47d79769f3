/** `process/terminate` ends everything that descends from the program, however it tries to stay. @module */
import { assertEquals } from "@std/assert";
import { sharedServer } from "../support/shared_server.ts";
import { startSurvivor } from "./captivity.ts";
import { Habitat } from "./habitat.ts";
import type { Survivor } from "./survivor.ts";
import { survivorTest, zoo } from "./zoo.ts";

const server = sharedServer();

Deno.test("there are at least forty ways to stay alive, each of its own name", () => {
  const names = new Set(zoo.map(({ name }) => name));
  assertEquals(names.size, zoo.length);
  assertEquals(zoo.length >= 40, true, `${zoo.length}`);
});

for (const survivor of zoo) {
  survivorTest(`terminate ends ${survivor.name}`, survivor, endsByTerminate);
}

async function endsByTerminate(survivor: Survivor): Promise<void> {
  await using habitat = await Habitat.create();
  await using peer = await server().session();
  using captive = await startSurvivor(peer, survivor, { habitat });
  try {
    const running = !(survivor.leaderEnds ?? false);
    assertEquals(await peer.call("process/terminate", { processId: "p" }), { running });
    await captive.closed();
    await captive.gone();
    await habitat.empty;
  } finally {
    await habitat.clear(captive.lives);
  }
}
