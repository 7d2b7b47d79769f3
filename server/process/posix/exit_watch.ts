/** Notices the end of one child, and reaps it when asked to. @module */

import { signalNumbers } from "../signal_numbers.ts";
import { type ExitStatus, SpawnError } from "../spawner.ts";
import { loadLibc } from "./libc.ts";
import type { Poller } from "./poller.ts";

// The same number on every architecture that has it (Linux 5.3 and later).
const SYS_PIDFD_OPEN = 434;
const P_PID = 1;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x0100_0000;
const SIGINFO_BYTES = 128;
const SI_CODE = 8;
const SI_PID = 16;
const SI_STATUS = 24;
const CLD_EXITED = 1;
const UNKNOWN: ExitStatus = { code: -1, signal: 0 };

/** Watches a child through a descriptor of its own, so that no other child can be meant. */
export class ExitWatch {
  readonly #pid: number;
  readonly #poller: Poller;
  readonly #onExit: () => void;
  readonly #pidfd: number;
  #status: ExitStatus = { code: 0, signal: 0 };

  /**
   * @param options `onExit` is called once, when the child has ended; it still is to be reaped
   * @throws {SpawnError} when the child cannot be watched; then it is killed and reaped
   */
  constructor(pid: number, { poller, onExit }: { poller: Poller; onExit: () => void }) {
    this.#pid = pid;
    this.#poller = poller;
    this.#onExit = onExit;
    this.#pidfd = openPidfd(pid);
    try {
      poller.watch(this.#pidfd, "read", () => this.#look());
    } catch (error) {
      loadLibc().libc.close(this.#pidfd);
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
    const info = new DataView(new ArrayBuffer(SIGINFO_BYTES));
    const { libc } = loadLibc();
    const options = WEXITED | WNOWAIT | WNOHANG;
    // Failure means that somebody else has reaped it: it has ended, nobody knows how.
    if (libc.waitid(P_PID, this.#pid, info.buffer, options) !== 0) return this.#end(UNKNOWN);
    // Zero means that it has not ended; waiting for that here would stop the whole server.
    if (info.getInt32(SI_PID, true) === 0) return;
    const number = info.getInt32(SI_STATUS, true);
    const isExit = info.getInt32(SI_CODE, true) === CLD_EXITED;
    this.#end(isExit ? { code: number, signal: 0 } : { code: 0, signal: number });
  }

  #end(status: ExitStatus): void {
    this.#status = status;
    this.#poller.unwatch(this.#pidfd);
    loadLibc().libc.close(this.#pidfd);
    this.#onExit();
  }
}

function openPidfd(pid: number): number {
  const { libc, errno, describe } = loadLibc();
  const pidfd = libc.syscall(SYS_PIDFD_OPEN, pid, 0);
  if (pidfd >= 0) return pidfd;
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
  const { libc } = loadLibc();
  const pidfd = libc.syscall(SYS_PIDFD_OPEN, Deno.pid, 0);
  if (pidfd >= 0) libc.close(pidfd);
  return pidfd >= 0;
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
  loadLibc().libc.waitid(P_PID, pid, new Uint8Array(SIGINFO_BYTES), WEXITED | options);
}
