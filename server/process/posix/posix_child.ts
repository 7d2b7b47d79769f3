/** One child started with `posix_spawn`: its streams, its exit, its tree. @module */

import { limits } from "../../../protocol/limits.ts";
import type { OutputStream } from "../../../protocol/methods/process.ts";
import type { TerminalSize } from "../../../protocol/methods/process_start.ts";
import type { NetworkSharers } from "../network_sharers.ts";
import { signalNumbers } from "../signal_numbers.ts";
import { type Child, type ChildListener, type ExitStatus, StdinBroken } from "../spawner.ts";
import { setTerminalSize } from "./child_streams.ts";
import type { CondemnedTrees } from "./condemned_trees.ts";
import { ContainerReport } from "./container_report.ts";
import { ExitWatch } from "./exit_watch.ts";
import { errnos, loadLibc } from "./libc.ts";
import type { Poller } from "./poller.ts";
import type { Spawned } from "./posix_spawn.ts";
import type { TreeMark } from "./tree_mark.ts";

/** What the children of one spawner share. */
export interface ChildHost {
  /** Waits for all their descriptors. */
  readonly poller: Poller;
  /** Trees that are to be gone. */
  readonly condemned: CondemnedTrees;
  /** Process ids of children that are not reaped yet. */
  readonly pids: Set<number>;
  /** Sandboxes from which the machine's network can be reached. */
  readonly networkSharers: NetworkSharers;
  /** Kills a child's group, and what else can be found without a mark. */
  readonly killGroup: (leader: number) => void;
}

// One descriptor may not hold up the others for more than this per round.
const BLOCKS_PER_ROUND = 4;

/** Those that end no program which has not asked for them. */
const signalsNotEnding: ReadonlySet<number> = new Set([
  signalNumbers.SIGCHLD,
  signalNumbers.SIGCONT,
  signalNumbers.SIGSTOP,
  signalNumbers.SIGTSTP,
  signalNumbers.SIGTTIN,
  signalNumbers.SIGTTOU,
  signalNumbers.SIGURG,
  signalNumbers.SIGWINCH,
]);

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
  readonly #host: ChildHost;
  readonly #listener: ChildListener;
  readonly #mark: TreeMark | undefined;
  readonly #exit: ExitWatch;
  /** Set when the program runs in a sandbox of this child's. */
  readonly #report: ContainerReport | undefined;
  /** Open output streams by descriptor. */
  readonly #outputs: Map<number, OutputStream>;
  #terminal: number | undefined;
  #stdin: number | undefined;
  #isStdinWatched = false;
  #isPaused = false;
  #isKilled = false;
  #isCondemned = false;
  #hasExited = false;
  /** The signal that came before the program. */
  #endedBefore: number | undefined;
  #isClosed = false;

  /**
   * Takes over a started child and its descriptors.
   * @param mark what its descendants can be found by
   * @throws {SpawnError} when its end cannot be watched; then it is killed
   */
  constructor(
    { pid, streams, report, sharesNetwork }: Spawned,
    listener: ChildListener,
    { host, mark }: { host: ChildHost; mark: TreeMark | undefined },
  ) {
    this.pid = pid;
    this.#host = host;
    this.#listener = listener;
    this.#mark = mark;
    this.#stdin = streams.stdin;
    this.#terminal = streams.terminal;
    this.#report = report === undefined ? undefined : new ContainerReport(report);
    this.#outputs = new Map(streams.outputs);
    this.#exit = new ExitWatch(pid, { poller: host.poller, onExit: () => this.#onExit() });
    host.pids.add(pid);
    if (sharesNetwork) host.networkSharers.note();
    this.#watchOutput();
  }

  pauseOutput(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    for (const descriptor of this.#outputs.keys()) this.#host.poller.unwatch(descriptor);
  }

  resumeOutput(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#watchOutput();
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

  resize(size: TerminalSize): boolean {
    if (this.#terminal === undefined) return false;
    setTerminalSize(this.#terminal, size);
    return true;
  }

  signalGroup(signal: number): void {
    if (this.#isClosed) return;
    if (this.#report === undefined) loadLibc().libc.kill(-this.pid, signal);
    else if (!this.#report.signal(signal, this.#terminal)) this.#endBefore(signal);
  }

  condemn(): void {
    this.#isCondemned = true;
  }

  kill(): void {
    if (this.#isClosed) return;
    this.#host.killGroup(this.pid);
    // Not before: one look ends all trees that are known here, also those still in their grace.
    this.#host.condemned.add(this.#mark);
    this.#isKilled = true;
    if (this.#hasExited) this.#abandonOutput();
  }

  /** While the sandbox is being made it ends as the program would, which minds no signal yet. */
  #endBefore(signal: number): void {
    if (signalsNotEnding.has(signal)) return;
    this.#endedBefore ??= signal;
    // The whole tree: what is inside may have left the group, and not yet be bound to end with us.
    this.kill();
  }

  #watchOutput(): void {
    for (const [descriptor, stream] of this.#outputs) {
      this.#host.poller.watch(
        descriptor,
        "read",
        () => this.#read(descriptor, stream, BLOCKS_PER_ROUND),
      );
    }
  }

  #watchStdin(descriptor: number): void {
    if (this.#isStdinWatched) return;
    this.#isStdinWatched = true;
    this.#host.poller.watch(descriptor, "write", () => {
      this.#unwatchStdin(descriptor);
      this.#listener.writable();
    });
  }

  #unwatchStdin(descriptor: number): void {
    if (!this.#isStdinWatched) return;
    this.#isStdinWatched = false;
    this.#host.poller.unwatch(descriptor);
  }

  /** Reads what is there, a few blocks at most, and ends the stream at its end. */
  #read(descriptor: number, stream: OutputStream, blocks: number): void {
    for (let block = 0; block < blocks; block++) {
      const { filled, state } = this.#fillBuffer(descriptor);
      if (filled > 0) this.#listener.output(stream, readBuffer.subarray(0, filled));
      if (state === "ended") return this.#endOutput(descriptor);
      // The listener may have asked for a pause.
      if (this.#isPaused) return;
      // A terminal holds so little that its writer has most likely filled it again meanwhile.
      if (state === "empty" && (this.#terminal === undefined || filled === 0)) return;
    }
  }

  /** A terminal gives at most 4 KiB at a time, so several reads make one block of output. */
  #fillBuffer(descriptor: number): { filled: number; state: "full" | "empty" | "ended" } {
    const { libc, errno } = loadLibc();
    let filled = 0;
    while (filled < readBuffer.byteLength) {
      const room = filled === 0 ? readBuffer : readBuffer.subarray(filled);
      const count = libc.read(descriptor, room, room.byteLength);
      if (count > 0) {
        filled += count;
        // A short read from a pipe has most likely emptied it; asking again would cost a call.
        if (this.#terminal === undefined) break;
        continue;
      }
      return { filled, state: count < 0 && errno() === errnos.EAGAIN ? "empty" : "ended" };
    }
    return { filled, state: filled === readBuffer.byteLength ? "full" : "empty" };
  }

  #endOutput(descriptor: number): void {
    if (!this.#outputs.delete(descriptor)) return;
    this.#host.poller.unwatch(descriptor);
    loadLibc().libc.close(descriptor);
    if (descriptor === this.#terminal) this.#terminal = undefined;
    this.#closeWhenDone();
  }

  #onExit(): void {
    // What was written before the end is told before the end, as far as nobody asked to wait.
    if (!this.#isPaused) this.#readLeftovers();
    this.#hasExited = true;
    this.#listener.exited(this.#exitStatus());
    if (this.#isKilled) this.#abandonOutput();
    else this.#closeWhenDone();
  }

  #exitStatus(): ExitStatus {
    const { status } = this.#exit;
    if (this.#report === undefined) return status;
    const neverRan = status.signal === 0 && !this.#report.hasRun;
    this.#report.close();
    if (this.#endedBefore === undefined || status.signal !== signalNumbers.SIGKILL) {
      return { ...status, neverRan };
    }
    return { code: 0, signal: this.#endedBefore };
  }

  /** Reads what the streams hold at this moment, which is bounded by their size. */
  #readLeftovers(): void {
    for (const [descriptor, stream] of [...this.#outputs]) {
      this.#read(descriptor, stream, 2 * BLOCKS_PER_ROUND);
    }
  }

  /** After a kill nobody waits for the streams, which something beyond our reach may hold. */
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
    if (this.#isCondemned) this.#condemnRest();
    this.#host.condemned.end(this.#mark);
    this.#exit.reap();
    this.#host.pids.delete(this.pid);
    this.#listener.closed();
  }

  #condemnRest(): void {
    this.#host.condemned.add(this.#mark);
    if (this.#mark === undefined) this.#host.killGroup(this.pid);
  }
}
