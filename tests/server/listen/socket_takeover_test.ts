/** A server removes the socket file it made, and nobody else's of the same name. @module */

import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Scratch } from "../../support/scratch.ts";
import { launchServer } from "../../support/server_process.ts";

// Whole servers: closing a bare listener would remove the file by itself, whoever owns it.
Deno.test("a Unix socket that another server has taken over is left to that one", async () => {
  await using scratch = await Scratch.create();
  const path = join(scratch.path, "server.sock");
  const listen = `unix://${path}`;
  await using first = await launchServer({ listen });
  await Deno.remove(path);
  await using second = await launchServer({ listen });
  assertEquals((await first.endBy("SIGTERM")).code, 0);
  await using peer = await second.session();
  assertEquals(await peer.call("environment/status"), { status: "ready" });
  assertEquals((await second.endBy("SIGTERM")).code, 0);
  assertEquals([...Deno.readDirSync(scratch.path)], []);
});
