/**
 * Finds what descends from a child by its parents, where nothing better is to be had.
 *
 * This finds what has left the group as long as the chain of parents is alive. What has lost its
 * parent (a daemon, by forking twice) and has left the group is not found.
 * @module
 */

import { signalNumbers } from "../signal_numbers.ts";
import { loadLibc, loadMacosLibc } from "./libc.ts";

/** Whom the system's processes belong to. */
export interface Kinship {
  /** Members of a group. */
  readonly group: (leader: number) => readonly number[];
  /** Those that a process has started and that it is still the parent of. */
  readonly children: (pid: number) => readonly number[];
}

// Stopped processes make no new ones, so a handful is enough even for a fork bomb.
const MOST_PASSES = 100;
const PROC_PGRP_ONLY = 2;
const PROC_PPID_ONLY = 6;
const PID_BYTES = 4;
const ROOM = 256;

const macosKinship: Kinship = {
  group: (leader) => listProcesses(PROC_PGRP_ONLY, leader),
  children: (pid) => listProcesses(PROC_PPID_ONLY, pid),
};

/**
 * Stops, then kills a child's group and all that descends from the group.
 * @param leader the child; it must not be reaped before, for then its number may be a stranger's
 */
export function killFamily(leader: number, kinship: Kinship = macosKinship): void {
  const { libc } = loadLibc();
  const found = new Set<number>();
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const known = [leader, ...found];
    const fresh = [kinship.group(leader), ...known.map(kinship.children)].flat()
      .filter((pid) => !found.has(pid) && pid !== Deno.pid);
    if (fresh.length === 0) break;
    for (const pid of fresh) {
      libc.kill(pid, signalNumbers.SIGSTOP);
      found.add(pid);
    }
  }
  for (const pid of found) libc.kill(pid, signalNumbers.SIGKILL);
  libc.kill(-leader, signalNumbers.SIGKILL);
}

/** Some of macOS's processes; none when the system does not say. */
function listProcesses(kind: number, of: number): number[] {
  const { proc_listpids } = loadMacosLibc();
  for (let room = ROOM;; room *= 2) {
    const pids = new Int32Array(room);
    const bytes = proc_listpids(kind, of, pids, pids.byteLength);
    // A list that fills its room may have been cut off.
    if (bytes >= pids.byteLength) continue;
    return Array.from(pids.subarray(0, Math.max(0, bytes / PID_BYTES))).filter((pid) => pid > 0);
  }
}
