/** What the server knows and uses of the machine it stands on. @module */

import type { EnvironmentInfo } from "../protocol/methods/environment.ts";
import type { PathSystem } from "../protocol/path_uri.ts";
import { describeMachine } from "./environment/describe_machine.ts";
import { chooseFileSystem } from "./fs/choose_file_system.ts";
import type { FileSystem } from "./fs/file_system.ts";
import { chooseWatcher } from "./fs/watching/choose_watcher.ts";
import type { Watcher } from "./fs/watching/watcher.ts";
import { chooseSpawner, type SpawnerOptions } from "./process/choose_spawner.ts";
import { PosixSpawner } from "./process/posix/posix_spawner.ts";
import type { Spawner } from "./process/spawner.ts";
import { findBubblewrap, installedBubblewrap } from "./sandbox/find_bubblewrap.ts";
import type { ControlGroups } from "./sandbox/control_groups.ts";
import { Sandbox } from "./sandbox/sandbox.ts";
import { Seatbelt } from "./sandbox/seatbelt.ts";
import { trySeatbelt } from "./sandbox/try_seatbelt.ts";

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
  /** Holds commands to what their callers allow them. */
  readonly sandbox: Sandbox;
  /** What clients are told. */
  readonly info: EnvironmentInfo;
}

/** What the machine's parts are made with. */
export interface MachineOptions extends SpawnerOptions {
  /** Paths on which this program takes orders: no sandboxed command gets to see them. */
  readonly orderPaths?: readonly string[] | undefined;
  /** Ports on which it does: none of them is forwarded into a sandbox. */
  readonly orderPorts?: ReadonlySet<number> | undefined;
  /** Limits what sandboxed commands use of it; nothing is limited without. */
  readonly groups?: ControlGroups | undefined;
}

/** The machine this program runs on. */
export function thisMachine(options: MachineOptions): Machine {
  const env = new Map(Object.entries(Deno.env.toObject()));
  const system = Deno.build.os === "darwin"
    ? "macos"
    : Deno.build.os === "windows"
    ? "windows"
    : "linux";
  const spawner = chooseSpawner(options);
  let files: FileSystem | undefined;
  let watcher: Watcher | undefined;
  const sandbox = new Sandbox({
    system,
    home: env.get("HOME"),
    hidden: options.orderPaths ?? [],
    orderPorts: options.orderPorts,
    groups: options.groups,
    seatbelt: system === "macos" ? seatbelt(options, { env, spawner }) : undefined,
    findBubblewrap: (containers) => findBubblewrap(containers, { path: env.get("PATH"), spawner }),
  });
  return {
    system,
    env,
    spawner,
    sandbox,
    // The library that they need is loaded when the first file is asked for.
    get files() {
      return files ??= chooseFileSystem(options);
    },
    get watcher() {
      return watcher ??= chooseWatcher(this.files);
    },
    info: describeMachine({
      system,
      env,
      hasTerminals: spawner.hasTerminals,
      hasSandboxes: system === "linux" && spawner instanceof PosixSpawner &&
        installedBubblewrap(env.get("PATH")) !== undefined,
    }),
  };
}

function seatbelt(
  { orderPaths = [], orderPorts }: MachineOptions,
  { env, spawner }: Pick<Machine, "env" | "spawner">,
): Seatbelt {
  const tryOut = () => trySeatbelt(spawner);
  return new Seatbelt({ home: env.get("HOME"), hidden: orderPaths, orderPorts, tryOut });
}
