/** The spawner for Linux: `posix_spawn` and one poller for all children. @module */

import type { Child, ChildListener, Spawner, SpawnRequest } from "../spawner.ts";
import { closeAll, ourEnds } from "./child_streams.ts";
import { CondemnedTrees } from "./condemned_trees.ts";
import { startGuardian } from "./guardian.ts";
import { loadLibc } from "./libc.ts";
import { OrphanReaper } from "./orphans.ts";
import { Poller } from "./poller.ts";
import { type ChildHost, PosixChild } from "./posix_child.ts";
import { posixSpawn } from "./posix_spawn.ts";
import { TreeMarks, withMark } from "./tree_mark.ts";

/**
 * Starts children with `posix_spawn`, and leaves nothing of them behind. One per program: the mark
 * is set for a moment on the whole program, so a second one in another thread would mix them up.
 */
export class PosixSpawner implements Spawner {
  readonly hasTerminals = true;
  readonly #marks = new TreeMarks();
  readonly #isGuarded: boolean;
  #host: ChildHost | undefined;
  #orphans: OrphanReaper | undefined;

  /**
   * @param options `isGuarded`: whether children end even when this program is killed
   * @throws {Error} when the C library cannot be loaded
   */
  constructor({ isGuarded }: { isGuarded: boolean }) {
    loadLibc();
    this.#isGuarded = isGuarded;
  }

  spawn(request: SpawnRequest, listener: ChildListener): Child {
    const host = this.#host ??= this.#makeHost();
    const mark = this.#marks.next();
    const spawned = posixSpawn(request, (call) => withMark(mark, call));
    try {
      return new PosixChild(spawned, listener, { host, mark });
    } catch (error) {
      closeAll(ourEnds(spawned.streams));
      throw error;
    }
  }

  /** Ends everything that was ever started, and all that descends from it. */
  [Symbol.dispose](): void {
    if (this.#host === undefined) return;
    this.#marks.killAll();
    this.#orphans?.[Symbol.dispose]();
  }

  #makeHost(): ChildHost {
    if (this.#isGuarded) startGuardian(this.#marks.prefix);
    const pids = new Set<number>();
    this.#orphans = new OrphanReaper((pid) => pids.has(pid));
    return { poller: new Poller(), condemned: new CondemnedTrees(), pids };
  }
}
