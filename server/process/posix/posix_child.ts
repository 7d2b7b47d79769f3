/** One child started with `posix_spawn`: its pipes, its exit, its group. @module */

import { limits } from "../../../protocol/limits.ts";
import type { OutputStream } from "../../../protocol/methods/process.ts";
import { type Child, type ChildListener, signals, SpawnError, StdinBroken } from "../spawner.ts";
import { errnos, loadLibc } from "./libc.ts";
import type { Poller } from "./poller.ts";
import type { Spawned } from "./posix_spawn.ts";

// The same number on every architecture that has it (Linux 5.3 and later).
const SYS_PIDFD_OPEN = 434;
const P_PID = 1;
const WEXITED = 4;
const WNOWAIT = 0x0100_0000;
const SIGINFO_BYTES = 128;
const SI_CODE = 8;
const SI_STATUS = 24;
const CLD_EXITED = 1;
// One descriptor may not hold up the others for more than this per round.
const READS_PER_ROUND = 4;

// Shared by all children: listeners copy what they keep.
const readBuffer = new Uint8Array(limits.maxChunkBytes);

/**
 * Serves one child until everything of it has ended.
 *
 * The child is reaped only when it is closed: as long as it is not, its process id, which is also
 * its group's, cannot be given to a stranger, so a signal to the group always meets the right one.
 */
export class PosixChild implements Child {
  readonly pid: number;
  readonly #poller: Poller;
  readonly #listener: ChildListener;
  readonly #pidfd: number;
  /** Open output pipes by descriptor. */
  readonly #outputs: Map<number, OutputStream>;
  #stdin: number | undefined;
  #isStdinWatched = false;
  #isPaused = false;
  #isKilled = false;
  #hasExited = false;
  #isClosed = false;

  /** Takes over a started child and its descriptors. */
  constructor(spawned: Spawned, poller: Poller, listener: ChildListener) {
    this.pid = spawned.pid;
    this.#poller = poller;
    this.#listener = listener;
    this.#stdin = spawned.stdin;
    this.#outputs = new Map([[spawned.stdout, "stdout"], [spawned.stderr, "stderr"]]);
    this.#pidfd = openPidfd(spawned);
    this.resumeOutput(true);
    poller.watch(this.#pidfd, "read", () => this.#exit());
  }

  pauseOutput(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    for (const descriptor of this.#outputs.keys()) this.#poller.unwatch(descriptor);
  }

  resumeOutput(isStart = false): void {
    if (!this.#isPaused && !isStart) return;
    this.#isPaused = false;
    for (const [descriptor, stream] of this.#outputs) {
      this.#poller.watch(descriptor, "read", () => this.#read(descriptor, stream, READS_PER_ROUND));
    }
  }

  write(bytes: Uint8Array<ArrayBuffer>): number {
    if (this.#stdin === undefined) throw new StdinBroken("Standard input is closed");
    const { libc, errno } = loadLibc();
    let taken = 0;
    while (taken < bytes.byteLength) {
      const rest = bytes.subarray(taken);
      const count = libc.write(this.#stdin, rest, rest.byteLength);
      if (count < 0) {
        if (errno() !== errnos.EAGAIN) {
          this.closeStdin();
          throw new StdinBroken("Nobody reads standard input");
        }
        this.#watchStdin(this.#stdin);
        return taken;
      }
      taken += count;
    }
    return taken;
  }

  closeStdin(): void {
    if (this.#stdin === undefined) return;
    this.#unwatchStdin(this.#stdin);
    loadLibc().libc.close(this.#stdin);
    this.#stdin = undefined;
  }

  signalGroup(signal: number): void {
    if (!this.#isClosed) loadLibc().libc.kill(-this.pid, signal);
  }

  kill(): void {
    this.signalGroup(signals.kill);
    this.#isKilled = true;
    if (this.#hasExited) this.#abandonOutput();
  }

  #watchStdin(descriptor: number): void {
    if (this.#isStdinWatched) return;
    this.#isStdinWatched = true;
    this.#poller.watch(descriptor, "write", () => {
      this.#unwatchStdin(descriptor);
      this.#listener.writable();
    });
  }

  #unwatchStdin(descriptor: number): void {
    if (!this.#isStdinWatched) return;
    this.#isStdinWatched = false;
    this.#poller.unwatch(descriptor);
  }

  /** Reads what is there; returns false when nothing is there now. */
  #read(descriptor: number, stream: OutputStream, rounds: number): void {
    const { libc, errno } = loadLibc();
    for (let round = 0; round < rounds; round++) {
      const count = libc.read(descriptor, readBuffer, readBuffer.byteLength);
      if (count > 0) {
        this.#listener.output(stream, readBuffer.subarray(0, count));
        // The listener may have paused or closed; a short read has most likely emptied the pipe.
        if (this.#isPaused || count < readBuffer.byteLength) return;
        continue;
      }
      if (count < 0 && errno() === errnos.EAGAIN) return;
      this.#endOutput(descriptor);
      return;
    }
  }

  #endOutput(descriptor: number): void {
    if (!this.#outputs.delete(descriptor)) return;
    this.#poller.unwatch(descriptor);
    loadLibc().libc.close(descriptor);
    this.#closeWhenDone();
  }

  #exit(): void {
    const info = new DataView(new ArrayBuffer(SIGINFO_BYTES));
    const { libc } = loadLibc();
    if (libc.waitid(P_PID, this.pid, info.buffer, WEXITED | WNOWAIT) !== 0) return;
    this.#poller.unwatch(this.#pidfd);
    libc.close(this.#pidfd);
    const status = info.getInt32(SI_STATUS, true);
    const exitCode = info.getInt32(SI_CODE, true) === CLD_EXITED ? status : 128 + status;
    // What was written before the end is told before the end, as far as nobody asked to wait.
    if (!this.#isPaused) this.#readLeftovers();
    this.#hasExited = true;
    this.#listener.exited(exitCode);
    if (this.#isKilled) this.#abandonOutput();
    else this.#closeWhenDone();
  }

  /** Reads what the pipes hold at this moment, which is bounded by their size. */
  #readLeftovers(): void {
    for (const [descriptor, stream] of [...this.#outputs]) {
      this.#read(descriptor, stream, 2 * READS_PER_ROUND);
    }
  }

  /** After a kill an escaped descendant may hold the pipes for ever; nobody waits for it. */
  #abandonOutput(): void {
    this.#isPaused = false;
    this.#readLeftovers();
    for (const descriptor of [...this.#outputs.keys()]) this.#endOutput(descriptor);
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (!this.#hasExited || this.#outputs.size > 0 || this.#isClosed) return;
    this.#isClosed = true;
    this.closeStdin();
    loadLibc().libc.waitid(P_PID, this.pid, new Uint8Array(SIGINFO_BYTES), WEXITED);
    this.#listener.closed();
  }
}

function openPidfd(spawned: Spawned): number {
  const { libc, errno, describe } = loadLibc();
  const pidfd = libc.syscall(SYS_PIDFD_OPEN, spawned.pid, 0);
  if (pidfd >= 0) return pidfd;
  const reason = describe(errno());
  libc.kill(-spawned.pid, signals.kill);
  libc.waitid(P_PID, spawned.pid, new Uint8Array(SIGINFO_BYTES), WEXITED);
  for (const descriptor of [spawned.stdin, spawned.stdout, spawned.stderr]) {
    if (descriptor !== undefined) libc.close(descriptor);
  }
  throw new SpawnError(`${reason}: cannot watch the process`);
}
