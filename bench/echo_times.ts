/** Times one byte after another through a program that gives each back. @module */

import { freshProcessId, startParams } from "./commands.ts";
import type { RunningServer } from "./contender.ts";
import { within } from "./deadline.ts";
import { WireClient } from "./wire_client.ts";

const ECHO_DEADLINE_MS = 10_000;
const ONE_BYTE = btoa("x");

/** Who gives the bytes back, and how many are sent. */
export interface EchoCommand {
  /** The program. */
  readonly argv: readonly string[];
  /** Whether it takes them from a pipe, or from a terminal. */
  readonly input: { readonly pipeStdin: true } | { readonly tty: true };
  /** How many. */
  readonly count: number;
}

/** Milliseconds from each `process/write` to the `process/output` it causes. */
export async function echoTimes(
  server: RunningServer,
  { argv, input, count }: EchoCommand,
): Promise<readonly number[]> {
  using client = (await WireClient.open(server.url)).client;
  const processId = freshProcessId();
  const watch = client.watch(processId);
  await client.call("process/start", startParams(processId, argv, input));
  const samples: number[] = [];
  for (let index = 0; index < count; index++) {
    const echo = within(watch.nextOutput(), { ms: ECHO_DEADLINE_MS, what: "the echo" });
    const beganAt = performance.now();
    const [echoedAt] = await Promise.all([
      echo.then(() => performance.now()),
      client.call("process/write", { processId, writeId: `w${index}`, chunk: ONE_BYTE }),
    ]);
    samples.push(echoedAt - beganAt);
  }
  await client.call("process/terminate", { processId });
  return samples;
}
