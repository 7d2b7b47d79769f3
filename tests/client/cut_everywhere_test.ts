/** A conversation that is cut after every so many bytes; see the slow suite for every single one. @module */
import { assertEquals } from "@std/assert";
import { targetName } from "../support/target.ts";
import { cutEverywhere } from "./cut_everywhere.ts";
import { ScheduleServers } from "./schedule_servers.ts";

for (const [transport, from] of [["websocket", 1], ["unix", 9]] as const) {
  Deno.test({
    name: `A cut at any of many places of a conversation over ${transport} loses nothing`,
    // The reference cannot tell a start that is repeated from another one.
    ignore: targetName() === "reference",
    async fn() {
      await using servers = await ScheduleServers.create();
      await cutEverywhere(servers, { transport, step: 16, from, atOnce: 2 });
      assertEquals(await servers.startedTwice(), []);
    },
  });
}
