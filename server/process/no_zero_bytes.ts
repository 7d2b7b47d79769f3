/** Refuses what no system can pass to a program: texts with a zero byte. @module */

import { SpawnError, type SpawnRequest } from "./spawner.ts";

/**
 * Checks arguments and environment.
 * @throws {SpawnError} that names the place
 */
export function requireNoZeroBytes({ program, argv, env }: SpawnRequest): void {
  const places: [string, Iterable<string>][] = [
    ["argv", [program, ...argv]],
    ["env", Array.from(env, ([name, value]) => name + value)],
  ];
  for (const [place, texts] of places) {
    for (const text of texts) {
      if (!text.includes("\0")) continue;
      // deno-lint-ignore house/error-message -- the reference's words.
      throw new SpawnError(`nul byte found in provided data; at \`${place}\``, {
        kind: "zeroByte",
        errno: 0,
        stage: "lookup",
      });
    }
  }
}
