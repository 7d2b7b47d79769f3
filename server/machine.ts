/** What the server knows and uses of the machine it stands on. @module */

import type { EnvironmentInfo } from "../protocol/methods/environment.ts";
import type { PathSystem } from "../protocol/path_uri.ts";
import { describeMachine } from "./environment/describe_machine.ts";
import { chooseFileSystem } from "./fs/choose_file_system.ts";
import type { FileSystem } from "./fs/file_system.ts";
import { chooseWatcher } from "./fs/watching/choose_watcher.ts";
import type { Watcher } from "./fs/watching/watcher.ts";
import { chooseSpawner, type SpawnerOptions } from "./process/choose_spawner.ts";
import type { Spawner } from "./process/spawner.ts";

/** The machine, as handlers see it. */
export interface Machine {
  /** Whose paths are valid here. */
  readonly system: PathSystem;
  /** The server's own environment, as it was at start. */
  readonly env: ReadonlyMap<string, string>;
  /** Starts programs. */
  readonly spawner: Spawner;
  /** Its files. */
  readonly files: FileSystem;
  /** Tells of changes in them. */
  readonly watcher: Watcher;
  /** What clients are told. */
  readonly info: EnvironmentInfo;
}

/** The machine this program runs on. */
export function thisMachine(options: SpawnerOptions): Machine {
  const env = new Map(Object.entries(Deno.env.toObject()));
  const system = Deno.build.os === "darwin"
    ? "macos"
    : Deno.build.os === "windows"
    ? "windows"
    : "linux";
  const spawner = chooseSpawner(options);
  let files: FileSystem | undefined;
  let watcher: Watcher | undefined;
  return {
    system,
    env,
    spawner,
    // The library that they need is loaded when the first file is asked for.
    get files() {
      return files ??= chooseFileSystem(options);
    },
    get watcher() {
      return watcher ??= chooseWatcher(this.files);
    },
    info: describeMachine({ system, env, hasTerminals: spawner.hasTerminals }),
  };
}
