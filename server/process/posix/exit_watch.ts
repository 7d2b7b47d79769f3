/** Notices the end of one child, and reaps it when asked to. @module */

import { signalNumbers } from "../signal_numbers.ts";
import { type ExitStatus, SpawnError } from "../spawner.ts";
import { readExitInfo } from "./exit_info.ts";
import { openExitQueue } from "./kernel_queue.ts";
import { loadLibc, loadLinuxLibc } from "./libc.ts";
import type { Poller } from "./poller.ts";
import { isMacos, platform } from "./this_platform.ts";

// The same number on every architecture that has it (Linux 5.3 and later).
const SYS_PIDFD_OPEN = 434;
const P_PID = 1;
const WNOHANG = 1;
const WEXITED = 4;
const UNKNOWN: ExitStatus = { code: -1, signal: 0 };

/** Watches a child through a descriptor of its own, so that no other child can be meant. */
export class ExitWatch {
  readonly #pid: number;
  readonly #poller: Poller;
  readonly #onExit: () => void;
  readonly #descriptor: number;
  #status: ExitStatus = { code: 0, signal: 0 };

  /**
   * @param options `onExit` is called once, when the child has ended; it still is to be reaped
   * @throws {SpawnError} when the child cannot be watched; then it is killed and reaped
   */
  constructor(pid: number, { poller, onExit }: { poller: Poller; onExit: () => void }) {
    this.#pid = pid;
    this.#poller = poller;
    this.#onExit = onExit;
    this.#descriptor = openExitDescriptor(pid);
    try {
      poller.watch(this.#descriptor, "read", () => this.#look());
    } catch (error) {
      loadLibc().libc.close(this.#descriptor);
      killAndReap(pid);
      throw error;
    }
  }

  /** How it ended; meaningful once it has. */
  get status(): ExitStatus {
    return this.#status;
  }

  /** Lets go of the process id. */
  reap(): void {
    reap(this.#pid);
  }

  #look(): void {
    const info = new DataView(new ArrayBuffer(platform.exit.bytes));
    const { libc } = loadLibc();
    const options = WEXITED | platform.exit.WNOWAIT | WNOHANG;
    // Failure means that somebody else has reaped it: it has ended, nobody knows how.
    if (libc.waitid(P_PID, this.#pid, info.buffer, options) !== 0) return this.#end(UNKNOWN);
    const status = readExitInfo(info, platform.exit);
    // Without one it has not ended; waiting for that here would stop the whole server.
    if (status !== undefined) this.#end(status);
  }

  #end(status: ExitStatus): void {
    this.#status = status;
    this.#poller.unwatch(this.#descriptor);
    loadLibc().libc.close(this.#descriptor);
    this.#onExit();
  }
}

function openExitDescriptor(pid: number): number {
  const { errno, describe } = loadLibc();
  const descriptor = tryExitDescriptor(pid);
  if (descriptor >= 0) return descriptor;
  const number = errno();
  killAndReap(pid);
  throw new SpawnError(`${describe(number)}: cannot watch the process`, {
    kind: "other",
    errno: number,
    stage: "watch",
  });
}

/** Whether the system lets processes be watched at all; some containers forbid it. */
export function canWatchExits(): boolean {
  const descriptor = tryExitDescriptor(Deno.pid);
  if (descriptor >= 0) loadLibc().libc.close(descriptor);
  return descriptor >= 0;
}

/** One that can be read once the process has ended; negative when the system refuses. */
function tryExitDescriptor(pid: number): number {
  return isMacos ? openExitQueue(pid) : loadLinuxLibc().syscall(SYS_PIDFD_OPEN, pid, 0);
}

function killAndReap(pid: number): void {
  loadLibc().libc.kill(-pid, signalNumbers.SIGKILL);
  reap(pid);
}

/** Lets go of a child's process id if it has ended; never waits for it. */
export function reapIfEnded(pid: number): void {
  reap(pid, WNOHANG);
}

function reap(pid: number, options = 0): void {
  loadLibc().libc.waitid(P_PID, pid, new Uint8Array(platform.exit.bytes), WEXITED | options);
}
