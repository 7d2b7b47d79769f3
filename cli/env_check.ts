/** `env test`: connects to an environment, and says what answers. @module */

import { readEnvironments } from "../client/environments/home.ts";
import { EnvironmentSettingsError } from "../client/environments/settings.ts";
import type { ExecServerClient } from "../client/mod.ts";
import { type Clock, realClock } from "../protocol/clock.ts";
import { atServer } from "./at_server.ts";
import { statuses } from "./failure.ts";
import { readFlags } from "./flags.ts";
import { serverNamed } from "./server_options.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Tries one environment, by default the default one.
 * @returns 0, or 1 when it cannot be used
 * @throws {UsageError}
 * @throws {EnvironmentSettingsError}
 */
export async function envCheck(args: readonly string[]): Promise<number> {
  const [given, extra] = readFlags(args, []).rest;
  if (extra !== undefined) throw new UsageError("One name at most is wanted: env test [ID]");
  const id = given ?? await defaultId();
  const status = await atServer(serverNamed(id), "env test", async (client) => {
    console.log(`${id}: ${describe(client)}, round trip ${await roundTrip(client, realClock)} ms`);
    return 0;
  });
  return status === statuses.failed ? 1 : status;
}

async function defaultId(): Promise<string> {
  const { defaultId } = await readEnvironments();
  if (defaultId !== undefined) return defaultId;
  throw new EnvironmentSettingsError("There is no default environment: name one");
}

function describe({ environmentInfo }: ExecServerClient): string {
  const { implementation, executorVersion = "unknown", platformOs } = environmentInfo;
  const wire = `wire ${executorVersion}`;
  const program = implementation === undefined
    ? `server with ${wire}`
    : `${implementation.name} ${implementation.version} (${wire})`;
  return platformOs === undefined ? program : `${program} on ${platformOs}`;
}

/** The shortest of a few: the first one also warms both sides up. */
async function roundTrip(client: ExecServerClient, clock: Clock): Promise<string> {
  let shortest = Infinity;
  for (let round = 0; round < 5; round++) {
    const start = clock.now();
    await client.call("environment/status", {});
    shortest = Math.min(shortest, clock.now() - start);
  }
  return shortest.toFixed(shortest < 10 ? 2 : 0);
}
