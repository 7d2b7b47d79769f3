/**
 * Reaps what nobody else will: as process 1 of a container, this program inherits every orphan.
 *
 * Elsewhere the machine's own process 1 does it, and this does nothing.
 * @module
 */

import { reapIfEnded } from "./exit_watch.ts";

/** Reaps orphans that end, but never a child that is watched. */
export class OrphanReaper implements Disposable {
  readonly #isWatched: (pid: number) => boolean;
  readonly #listener = () => this.#reap();
  readonly #isNeeded = Deno.pid === 1;

  /** @param isWatched whether somebody else waits for a process id */
  constructor(isWatched: (pid: number) => boolean) {
    this.#isWatched = isWatched;
    if (this.#isNeeded) Deno.addSignalListener("SIGCHLD", this.#listener);
  }

  /** Stops reaping. */
  [Symbol.dispose](): void {
    if (this.#isNeeded) Deno.removeSignalListener("SIGCHLD", this.#listener);
  }

  /** Signals join, so one of them may stand for many ends: all children are looked at. */
  #reap(): void {
    try {
      for (const pid of childrenOfThisProcess()) {
        if (!this.#isWatched(pid)) reapIfEnded(pid);
      }
    } catch {
      // Out of descriptors, or a thread that has just ended; the next signal brings another look.
    }
  }
}

/** Every thread has a list of its own. */
function childrenOfThisProcess(): number[] {
  const pids: number[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/task")) {
    const list = Deno.readTextFileSync(`/proc/self/task/${name}/children`);
    for (const pid of list.split(" ")) if (pid !== "") pids.push(Number(pid));
  }
  return pids;
}
