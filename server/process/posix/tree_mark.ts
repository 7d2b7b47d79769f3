/**
 * Marks a child so that everything which ever descends from it can be found and killed.
 *
 * A process group is left by `setsid`, and parentage by dying parents. Resource limits are neither:
 * every process inherits them, and reading another's costs one call. The soft limit on real-time
 * CPU time matters to no process that is not scheduled in real time, and a number of 10^18
 * microseconds to none at all; so that number is the mark. See docs/decisions/0005. macOS has no
 * such limit, and there is no mark there.
 * @module
 */

import { signalNumbers } from "../signal_numbers.ts";
import { loadLibc, loadLinuxLibc } from "./libc.ts";
import { isMacos } from "./this_platform.ts";

/** What a child and its descendants have in common: `4`, nine digits per server, nine per child. */
export type TreeMark = bigint;

const RLIMIT_RTTIME = 15;
const UNLIMITED = 2n ** 64n - 1n;
const LEAD = 4n * 10n ** 18n;
const PER_SERVER = 10n ** 9n;
// Stopped processes make no new ones, so a handful is enough even for a fork bomb.
const MOST_PASSES = 100;

/** Gives out the marks of one server, and ends what bears them. */
export class TreeMarks {
  readonly #server = LEAD + BigInt(Math.floor(Math.random() * 1e9)) * PER_SERVER;
  #last = 0n;

  /** The decimal digits that all marks of this server begin with. */
  get prefix(): string {
    return String(this.#server).slice(0, 10);
  }

  /** False where the administrator has limited real-time CPU time already, and on macOS. */
  get areUsable(): boolean {
    return ownLimit().hard === UNLIMITED;
  }

  /** Makes a mark, or none where marks are not usable. */
  next(): TreeMark | undefined {
    if (!this.areUsable) return undefined;
    this.#last = (this.#last + 1n) % PER_SERVER;
    return this.#server + this.#last;
  }

  /** Kills everything that bears a mark of this server. */
  killAll(): void {
    killMarked((mark) => mark - mark % PER_SERVER === this.#server);
  }
}

/** Runs a call during which new processes get a mark; undefined: none, not even an inherited one. */
export function withMark<T>(mark: TreeMark | undefined, call: () => T): T {
  const { soft, hard } = ownLimit();
  if (hard !== UNLIMITED) return call();
  writeSoftLimit(mark ?? UNLIMITED);
  try {
    return call();
  } finally {
    writeSoftLimit(soft);
  }
}

let own: Limit | undefined;

/** This program's limit as it was at the first call; nobody but us changes it. */
function ownLimit(): Limit {
  return own ??= (isMacos ? undefined : readLimit(0)) ?? { soft: 0n, hard: 0n };
}

/** Stops, then kills everything whose mark is wanted; returns when a look finds no more of it. */
export function killMarked(isWanted: (mark: TreeMark) => boolean): void {
  const { libc } = loadLibc();
  const found = new Set<number>();
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const fresh = markedProcesses(isWanted).filter((pid) => !found.has(pid));
    if (fresh.length === 0) break;
    for (const pid of fresh) {
      libc.kill(pid, signalNumbers.SIGSTOP);
      found.add(pid);
    }
  }
  for (const pid of found) libc.kill(pid, signalNumbers.SIGKILL);
}

function markedProcesses(isWanted: (mark: TreeMark) => boolean): number[] {
  const pids: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === Deno.pid) continue;
    const mark = readLimit(pid)?.soft ?? readForeignMark(pid);
    if (mark !== undefined && mark !== UNLIMITED && isWanted(mark)) pids.push(pid);
  }
  return pids;
}

interface Limit {
  readonly soft: bigint;
  readonly hard: bigint;
}

/** Undefined when the process is gone, or another user's. */
function readLimit(pid: number): Limit | undefined {
  const limit = new BigUint64Array(2);
  if (loadLinuxLibc().prlimit(pid, RLIMIT_RTTIME, null, limit) !== 0) return undefined;
  const [soft = UNLIMITED, hard = UNLIMITED] = limit;
  return { soft, hard };
}

/**
 * The same from a file that everybody may read. Slower, and only for what can be killed although
 * its limits cannot be asked for: another user's process where root lacks a privilege, as in many
 * containers, and a set-group-id program of one's own.
 */
function readForeignMark(pid: number): TreeMark | undefined {
  if (loadLibc().libc.kill(pid, 0) !== 0) return undefined;
  try {
    const limits = Deno.readTextFileSync(`/proc/${pid}/limits`);
    const soft = /^Max realtime timeout +(\d+) /m.exec(limits)?.[1];
    return soft === undefined ? undefined : BigInt(soft);
  } catch {
    // It has just ended.
    return undefined;
  }
}

// Made once: this is called twice for every process that is started.
const written = new BigUint64Array([UNLIMITED, UNLIMITED]);

function writeSoftLimit(soft: bigint): void {
  written[0] = soft;
  loadLinuxLibc().prlimit(0, RLIMIT_RTTIME, written, null);
}
