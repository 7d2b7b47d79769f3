/** Reads what the kernel says about the memory of a process. @module */

/** Kinds of memory, by the names the kernel gives them. */
export type MemoryKind = "VmRSS" | "VmHWM" | "Pss";

/**
 * Memory of a process, in megabytes of 10^6 bytes. `VmRSS`: resident now; `VmHWM`: the most that was
 * ever resident; `Pss`: resident now, shared pages counted in part.
 *
 * @throws {Error} when the process has ended or the system has no /proc
 */
export async function memoryOf(pid: number, kind: MemoryKind): Promise<number> {
  const path = `/proc/${pid}/${kind === "Pss" ? "smaps_rollup" : "status"}`;
  const text = await readText(path);
  const kibibytes = new RegExp(`^${kind}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
  if (kibibytes === undefined) throw new Error(`Cannot read memory: ${path} has no ${kind}`);
  return Number(kibibytes) * 1024 / 1e6;
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new Error("Cannot read memory: the server has ended or there is no /proc", {
      cause: error,
    });
  }
}
