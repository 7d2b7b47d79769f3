/** Random cuts of the connection at our server, a few of very many; see the slow suite for the rest. @module */
import { sharedServer } from "../support/shared_server.ts";
import { targetName } from "../support/target.ts";
import { runSchedule } from "./schedule.ts";

const server = sharedServer();
const SEEDS = 40;

Deno.test({
  name: "Whatever connections are cut when, every byte comes once and in order",
  // The reference's detached sessions forget what exceeds their window.
  ignore: targetName() === "reference",
  async fn() {
    for (let seed = 1; seed <= SEEDS; seed++) await runSchedule(server().url, seed);
  },
});
