/** Picks what starts processes on this machine. @module */

import { CommandSpawner } from "./command_spawner.ts";
import { PosixSpawner } from "./posix/posix_spawner.ts";
import type { Spawner } from "./spawner.ts";

/** Systems whose C library `posix/` has the layouts of. */
const hasPosix: ReadonlySet<string> = new Set(["linux", "darwin"]);

/** What can start processes: `posix_spawn` by FFI, or the runtime's own commands. */
export type RunnerName = "posix" | "command";

/** What to pick by. */
export interface SpawnerOptions {
  /** Whether processes end even when this program is killed. */
  readonly isGuarded: boolean;
  /** Undefined: the best that works here. */
  readonly runner?: RunnerName | undefined;
  /** Told of trouble that ends nothing. */
  readonly onError: (error: unknown) => void;
}

/**
 * The spawner asked for, else `posix` where it can be, else `command`.
 * @throws {Error} when `posix` is asked for and cannot be
 */
export function chooseSpawner({ isGuarded, runner, onError }: SpawnerOptions): Spawner {
  if (runner === "command") return new CommandSpawner();
  if (runner === "posix") return new PosixSpawner({ isGuarded, onError });
  if (!hasPosix.has(Deno.build.os)) return new CommandSpawner();
  try {
    return new PosixSpawner({ isGuarded, onError });
  } catch (error) {
    // No FFI, another C library, or no watching of processes: what the runtime does is less.
    onError(error);
    return new CommandSpawner();
  }
}
