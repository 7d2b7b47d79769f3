/** The spawner for Linux and macOS: `posix_spawn` and one poller for all children. @module */

import { NetworkSharers } from "../network_sharers.ts";
import type { Child, ChildListener, Spawner, SpawnRequest } from "../spawner.ts";
import { closeAll, ourEnds } from "./child_streams.ts";
import { restoreChildSignal } from "./child_signal.ts";
import { signalNumbers } from "../signal_numbers.ts";
import { CondemnedTrees } from "./condemned_trees.ts";
import { killFamily } from "./descendants.ts";
import { restoreDescriptorLimit } from "./descriptor_limit.ts";
import { canWatchExits } from "./exit_watch.ts";
import { startGuardian } from "./guardian.ts";
import { OrphanReaper } from "./orphans.ts";
import { Poller } from "./poller.ts";
import { type ChildHost, PosixChild } from "./posix_child.ts";
import { posixSpawn } from "./posix_spawn.ts";
import { loadLibc } from "./libc.ts";
import { canLaunchInTerminal } from "./terminal_launcher.ts";
import { isMacos, platform } from "./this_platform.ts";
import { TreeMarks, withMark } from "./tree_mark.ts";

/**
 * Starts children with `posix_spawn`, and leaves nothing of them behind. One per program: the mark
 * is set for a moment on the whole program, so a second one in another thread would mix them up.
 */
export class PosixSpawner implements Spawner {
  readonly hasTerminals: boolean;
  readonly networkSharers = new NetworkSharers();
  readonly #marks = new TreeMarks();
  readonly #isGuarded: boolean;
  readonly #onError: (error: unknown) => void;
  #host: ChildHost | undefined;
  #orphans: OrphanReaper | undefined;

  /**
   * @param options `isGuarded`: whether children end even when this program is killed; `onError`:
   * told of trouble that ends nothing
   * @throws {Error} when the C library cannot be loaded, or processes cannot be watched
   */
  constructor({ isGuarded, onError }: { isGuarded: boolean; onError: (error: unknown) => void }) {
    if (!canWatchExits()) throw new Error("The system does not let processes be watched");
    this.hasTerminals = !platform.opensBeforeSession || canLaunchInTerminal();
    this.#isGuarded = isGuarded;
    this.#onError = onError;
  }

  spawn(request: SpawnRequest, listener: ChildListener): Child {
    const host = this.#host ??= this.#makeHost();
    const mark = this.#marks.next();
    const spawned = posixSpawn(request, { around: (call) => withMark(mark, call) });
    restoreDescriptorLimit(spawned.pid);
    try {
      return new PosixChild(spawned, listener, { host, mark });
    } catch (error) {
      const report = spawned.report === undefined ? [] : [spawned.report];
      closeAll([...ourEnds(spawned.streams), ...report]);
      throw error;
    }
  }

  /** Ends everything that was ever started, and all that descends from it. */
  [Symbol.dispose](): void {
    if (this.#host === undefined) return;
    if (this.#marks.areUsable) this.#marks.killAll();
    else for (const pid of this.#host.pids) this.#host.killGroup(pid);
    this.#orphans?.[Symbol.dispose]();
  }

  #makeHost(): ChildHost {
    const pids = new Set<number>();
    const poller = new Poller(this.#onError);
    const condemned = new CondemnedTrees(this.#onError);
    restoreChildSignal();
    this.#orphans = new OrphanReaper((pid) => pids.has(pid));
    // The guardian finds by mark what it is to end.
    if (this.#isGuarded && this.#marks.areUsable) this.#startGuardian();
    const { networkSharers } = this;
    return {
      poller,
      condemned,
      pids,
      networkSharers,
      killGroup: isMacos ? killFamily : killGroup,
    };
  }

  /** A machine without a shell runs commands all the same, only unguarded. */
  #startGuardian(): void {
    try {
      startGuardian(this.#marks.prefix);
    } catch (error) {
      this.#onError(error);
    }
  }
}

function killGroup(leader: number): void {
  loadLibc().libc.kill(-leader, signalNumbers.SIGKILL);
}
