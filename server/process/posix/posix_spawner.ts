/** The spawner for Linux: `posix_spawn` and one poller for all children. @module */

import type { Child, ChildListener, Spawner, SpawnRequest } from "../spawner.ts";
import { Poller } from "./poller.ts";
import { PosixChild } from "./posix_child.ts";
import { posixSpawn } from "./posix_spawn.ts";

/** Starts children with `posix_spawn`. */
export class PosixSpawner implements Spawner {
  #poller: Poller | undefined;

  spawn(request: SpawnRequest, listener: ChildListener): Child {
    this.#poller ??= new Poller();
    return new PosixChild(posixSpawn(request), this.#poller, listener);
  }
}
