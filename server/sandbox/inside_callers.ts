/**
 * Tells whether a caller is a program in a sandbox that shares the machine's network.
 *
 * Such a program can reach the loopback address on which this very program takes orders; it would
 * only have to ask for another command, without a sandbox. So once there has been such a sandbox, a
 * caller of the same user has to be seen holding its end of the connection from outside of any
 * process namespace but ours. One that cannot be seen, or is gone already, is not trusted: it could
 * have sent its orders and left. Linux only.
 * @module
 */

import type { NetworkSharers } from "../process/network_sharers.ts";

const LOCAL_ADDRESS = 1;
const USER = 7;
const INODE = 9;

/**
 * Whether a caller may be a program in a sandbox.
 * @param remote the caller's address, on this machine
 */
export function isFromInside(remote: Deno.Addr, sandboxes: NetworkSharers | undefined): boolean {
  if (sandboxes?.hasBeen !== true || remote.transport !== "tcp") return false;
  const own = String(Deno.uid() ?? 0);
  const sockets = socketsAt(remote);
  // Sandboxed programs are of our user, whatever they are called inside.
  const ours = sockets.filter(({ user }) => user === own);
  if (sockets.length > 0 && ours.length === 0) return false;
  const links = new Set(ours.map(({ inode }) => `socket:[${inode}]`));
  const holders = processes().filter((pid) => holds(pid, links));
  return holders.length === 0 || holders.some((pid) => !isBesideUs(pid));
}

interface Socket {
  readonly user: string;
  readonly inode: string;
}

/** Sockets that are bound to a port of this machine, as far as somebody holds them. */
function socketsAt({ port }: Deno.NetAddr): Socket[] {
  const bound = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap(readLines)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[LOCAL_ADDRESS]?.endsWith(bound) && columns[INODE] !== "0")
    .map((columns) => ({ user: columns[USER] ?? "", inode: columns[INODE] ?? "" }));
}

function processes(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter(Number.isInteger);
}

function holds(pid: number, links: ReadonlySet<string>): boolean {
  try {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/fd`)) {
      if (links.has(readLink(`/proc/${pid}/fd/${name}`) ?? "")) return true;
    }
  } catch {
    // Gone, or closed to us: whatever it holds, it was not seen.
  }
  return false;
}

function isBesideUs(pid: number): boolean {
  const ours = readLink("/proc/self/ns/pid");
  return ours !== undefined && readLink(`/proc/${pid}/ns/pid`) === ours;
}

function readLink(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}

function readLines(path: string): string[] {
  try {
    return Deno.readTextFileSync(path).split("\n");
  } catch {
    return [];
  }
}
