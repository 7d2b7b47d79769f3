/** What a server takes from its machine, as the kernel counts it. @module */

/** Things that must not become more and more. */
export interface ServerResources {
  /** Open descriptors. */
  readonly descriptors: number;
  /** Threads. */
  readonly threads: number;
  /** Children that have ended and were not reaped. */
  readonly zombies: number;
  /** Resident memory, in KiB. */
  readonly residentKiB: number;
}

/** Counts them.
 * @param pid the server's */
export async function serverResources(pid: number): Promise<ServerResources> {
  const descriptors = await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`));
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return {
    descriptors: descriptors.length,
    threads: numberIn(status, "Threads"),
    zombies: await zombiesOf(pid),
    residentKiB: numberIn(status, "VmRSS"),
  };
}

function numberIn(status: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1];
  if (found === undefined) throw new Error(`Cannot read ${name} of the server`);
  return Number(found);
}

async function zombiesOf(parent: number): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
    const [state, parentId] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" && Number(parentId) === parent) count++;
  }
  return count;
}
