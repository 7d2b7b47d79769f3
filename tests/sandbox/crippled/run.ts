/** Tries every crippled host by hand and prints the refusals: `run.ts TARGET [ID]`. @module */

import { crippledHosts } from "./hosts.ts";
import { tryHost } from "./try_host.ts";

/** Prints a line for each host. */
async function main(): Promise<void> {
  const [target = "ours", only = ""] = Deno.args;
  Deno.env.set("EXEC_SERVER_TARGET", target);
  for (const host of crippledHosts.filter(({ id }) => id.includes(only))) {
    try {
      const { refusal, ran, plain, tookMs } = await tryHost(host);
      const words = refusal === undefined
        ? ran ? "STARTED AND RAN" : "started, did not run"
        : `refused; words: ${host.blocker.test(refusal)} ${host.remedy.test(refusal)}`;
      const rest = `${plain.trim()} ${tookMs.toFixed(0)} ms: ${refusal ?? ""}`;
      console.log(`${host.id.padEnd(36)} ${words}; plain ${rest}`);
    } catch (error) {
      console.log(`${host.id.padEnd(36)} ${error instanceof Error ? error.message : error}`);
    }
  }
}

if (import.meta.main) await main();
